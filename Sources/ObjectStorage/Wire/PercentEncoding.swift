/// The encoding of RFC 3986 as SigV4 uses it: everything but letters, digits and `-._~` becomes `%XX`.
package enum PercentEncoding {
    package static func encode(_ text: String, keeping kept: String = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let keptBytes = Set(kept.utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            let isUnreserved =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
            if isUnreserved || keptBytes.contains(byte) {
                output.append(byte)
            } else {
                output += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Nil when an escape is malformed or the result is not UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25 {
                guard let value = Hexadecimal.decode(String(decoding: rest.prefix(2), as: UTF8.self))?.first else {
                    return nil
                }
                rest = rest.dropFirst(2)
                output.append(value)
            } else if byte == 0x2B, plusIsSpace {
                output.append(0x20)
            } else {
                output.append(byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }
}
