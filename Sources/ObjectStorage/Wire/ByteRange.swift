/// One `Range` header of the unit `bytes` (RFC 9110, section 14).
package enum ByteRange: Sendable, Equatable {
    /// `first-last`, both counted from 0 and included; no last means the end.
    case from(Int64, through: Int64?)
    /// The last so many bytes.
    case suffix(Int64)

    /// Nil for what S3 ignores: another unit, several ranges, or a malformed header.
    package init?(header: String) {
        let trimmed = header.filter { $0 != " " && $0 != "\t" }
        guard trimmed.lowercased().hasPrefix("bytes=") else { return nil }
        let specification = trimmed.dropFirst("bytes=".count)
        guard let hyphen = specification.firstIndex(of: "-") else { return nil }
        let first = specification[..<hyphen]
        let last = specification[specification.index(after: hyphen)...]
        func number(_ digits: Substring) -> Int64? {
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(digits) ?? .max
        }
        if first.isEmpty {
            guard let length = number(last) else { return nil }
            self = .suffix(length)
            return
        }
        guard let start = number(first) else { return nil }
        if last.isEmpty {
            self = .from(start, through: nil)
            return
        }
        guard let end = number(last), end >= start else { return nil }
        self = .from(start, through: end)
    }

    /// The bytes meant in an object of `size` bytes; nil if there is none, which is the answer 416.
    package func resolved(size: Int64) -> Range<Int64>? {
        guard size > 0 else { return nil }
        switch self {
        case .from(let first, let last):
            guard first < size else { return nil }
            let end = last.map { $0 < size - 1 ? $0 + 1 : size } ?? size
            return first..<end
        case .suffix(let length):
            guard length > 0 else { return nil }
            return max(0, size - min(length, size))..<size
        }
    }
}
