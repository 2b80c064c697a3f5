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

    package init(dataDirectory: URL) { self.dataDirectory = dataDirectory }

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
