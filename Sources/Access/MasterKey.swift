package import Crypto
package import Foundation

/// Seals secrets with AES-256-GCM under a key that is not in the database.
package struct MasterKey: Sendable {
    package enum Purpose: String, Sendable {
        case accessKey = "palate access key"
        case session = "palate session"
    }

    private let key: SymmetricKey

    package init(_ key: SymmetricKey) { self.key = key }

    /// The key in `text` (32 bytes in Base64), or the one in the file `master.key` of `directory`, made on first use and
    /// readable by its owner alone.
    package init(environment text: String?, directory: URL) throws(KeyError) {
        if let text {
            guard let data = Self.parse(text) else {
                throw KeyError(
                    "PALATE_MASTER_KEY must be 32 bytes in Base64, such as `openssl rand -base64 32` writes.")
            }
            key = SymmetricKey(data: data)
            return
        }
        let path = directory.appending(path: "master.key").path
        if access(path, F_OK) != 0 { try Self.create(path) }
        guard let content = try? String(contentsOfFile: path, encoding: .utf8), let data = Self.parse(content) else {
            throw KeyError("The master key file \(path) cannot be read or does not hold 32 bytes in Base64.")
        }
        key = SymmetricKey(data: data)
    }

    /// `context` is bound to the result: it opens only with the same one.
    package func seal(_ data: Data, for purpose: Purpose, context: String = "") throws -> Data {
        let box = try AES.GCM.seal(data, using: derived(purpose), authenticating: Data(context.utf8))
        return box.combined ?? box.nonce.withUnsafeBytes { Data($0) } + box.ciphertext + box.tag
    }

    /// Nil when it was sealed under another key, for another purpose or context, or was changed.
    package func unseal(_ sealed: Data, for purpose: Purpose, context: String = "") -> Data? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        return try? AES.GCM.open(box, using: derived(purpose), authenticating: Data(context.utf8))
    }

    private func derived(_ purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.rawValue.utf8), outputByteCount: 32)
    }

    private static func parse(_ text: String) -> Data? {
        let data = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines))
        return data?.count == 32 ? data : nil
    }

    /// Writes a new key beside `path` and links it there, so that no reader sees half a file and the first of two
    /// processes wins.
    private static func create(_ path: String) throws(KeyError) {
        let text = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString() + "\n"
        let temporary = "\(path).\(UUID().uuidString)"
        defer { unlink(temporary) }
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        let written = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == text.utf8.count, fsync(descriptor) == 0 else { throw failure(path) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(path) }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private static func failure(_ path: String) -> KeyError {
        KeyError("The master key file \(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
