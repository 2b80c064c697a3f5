package import ControlPlane
package import Foundation

/// What an operator may set about a server.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes a free port.
    package var port = 8686
    package var dataDirectory: URL
    package var controlPlane = ControlPlaneSettings()
    /// An object store outside; nil for the embedded one.
    package var outsideObjectStore: OutsideObjectStore?

    /// Where the themes of batch inference jobs come from; nil for nowhere.
    package var themeEndpoint: ThemeEndpoint?

    /// Whether to serve addresses other than loopback while no access key exists.
    package var allowsAnyKey = false
    /// 32 bytes in Base64 that seal the access keys' secrets; nil for a file in the data directory.
    package var masterKey: String?

    /// Whether ``host`` can be reached from this machine alone.
    package var isLoopback: Bool {
        ["localhost", "::1", "[::1]"].contains(host.lowercased()) || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }

    package init(dataDirectory: URL) { self.dataDirectory = dataDirectory }

    /// An endpoint that speaks the chat completions protocol.
    package struct ThemeEndpoint: Sendable {
        /// Up to the version, such as `http://127.0.0.1:11434/v1`.
        package var baseURL: String
        package var model: String
        /// Sent as a bearer token; nil sends none.
        package var key: String?

        package init(baseURL: String, model: String, key: String?) {
            self.baseURL = baseURL
            self.model = model
            self.key = key
        }
    }

    package struct OutsideObjectStore: Sendable {
        package var endpoint: String
        package var accessKey: String
        package var secretKey: String

        package init(endpoint: String, accessKey: String, secretKey: String) {
            self.endpoint = endpoint
            self.accessKey = accessKey
            self.secretKey = secretKey
        }
    }
}
