package import Foundation

/// Temporary credentials. The token holds the rest under a seal, so nothing is stored and a restart forgets nothing.
package struct SessionCredentials: Sendable, Hashable {
    package let accessKeyID: String
    package let secret: String
    package let token: String
    package let expires: Date
}

struct SessionToken: Codable {
    private static let longest = 4096

    var accessKeyID: String
    var secret: String
    /// The key that asked; nil while any key was accepted. The session ends with it.
    var parent: String?
    var arn: String
    /// Seconds since 1970.
    var expires: Double

    func sealed(_ master: MasterKey) throws -> String {
        try master.seal(try JSONEncoder().encode(self), for: .session).base64EncodedString()
    }

    init(parent: String?, arn: String, expires: Date) {
        accessKeyID = KeyText.identifier("ASIA")
        secret = KeyText.secret()
        self.parent = parent
        self.arn = arn
        self.expires = expires.timeIntervalSince1970
    }

    /// Nil for what was not given out under this master key.
    init?(_ text: String, _ master: MasterKey) {
        guard text.utf8.count <= Self.longest, let sealed = Data(base64Encoded: text),
            let data = master.unseal(sealed, for: .session),
            let token = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = token
    }
}

extension KeyStore {
    /// - Parameters:
    ///   - grant: who asks; nil while any key is accepted.
    ///   - arn: what the session is.
    package func session(for grant: AccessGrant?, arn: String, expires: Date) throws -> SessionCredentials {
        let token = SessionToken(parent: grant?.key.id, arn: arn, expires: expires)
        return SessionCredentials(
            accessKeyID: token.accessKeyID, secret: token.secret, token: try token.sealed(masterKey), expires: expires)
    }
}
