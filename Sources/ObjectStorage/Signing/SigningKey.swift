import Crypto
import Foundation

/// What a signature is good for: a day, a region and a service.
package struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    /// `20150830`
    package var day: String
    package var region: String
    package var service: String

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    package var description: String { "\(day)/\(region)/\(service)/aws4_request" }
}

/// The key that a secret yields for one scope.
package struct SigningKey: Sendable {
    private let key: SymmetricKey

    package init(secret: String, scope: CredentialScope) {
        var key = SymmetricKey(data: Data("AWS4\(secret)".utf8))
        for part in [scope.day, scope.region, scope.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        self.key = key
    }

    /// In lower-case hexadecimal.
    package func signature(of text: String) -> String {
        Hexadecimal.encode(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }

    /// Whether `signature` is that of `text`, in a time that does not tell how much of it is right.
    package func isSignature(_ signature: some StringProtocol, of text: String) -> Bool {
        guard signature.utf8.count == 64, let bytes = Hexadecimal.decode(signature) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Data(text.utf8), using: key)
    }
}
