package import Foundation

/// An access key as an operator sees it: without its secret.
package struct AccessKey: Sendable, Hashable {
    /// `AKIA` and 16 letters and digits.
    package let id: String
    package let role: KeyRole
    package let name: String
    package let created: Date

    package init(id: String, role: KeyRole, name: String, created: Date) {
        self.id = id
        self.role = role
        self.name = name
        self.created = created
    }
}

/// Who made a request that has been verified.
package struct AccessGrant: Sendable, Hashable {
    /// The operator's key; for temporary credentials the one that asked for them.
    package let key: AccessKey
    /// Of the user or the assumed role.
    package let arn: String
    package let isTemporary: Bool
}

enum KeyText {
    /// `prefix` and 16 letters and digits that cannot be guessed.
    static func identifier(_ prefix: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var generator = SystemRandomNumberGenerator()
        let tail = (0..<16).map { _ in letters[Int(generator.next() & 31)] }
        return prefix + String(decoding: tail, as: UTF8.self)
    }

    /// 40 characters from 240 random bits.
    static func secret() -> String {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<30).map { _ in UInt8.random(in: .min ... .max, using: &generator) }).base64EncodedString()
    }
}
