import HTTPTypes
import ObjectStorage

/// Finds bucket and key in host and path ("Virtual hosting of general purpose buckets").
struct S3Addressing: Sendable {
    /// The service's own names. `bucket.NAME` addresses a bucket.
    var hostNames: [String]

    /// The bucket in the host name; nil for path-style requests.
    func bucket(inHost host: String) -> String? {
        let name = Self.withoutPort(host).lowercased()
        for own in hostNames {
            for suffix in [".s3.\(own)", ".\(own)"] where name.hasSuffix(suffix) {
                let bucket = String(name.dropLast(suffix.count))
                return bucket == "s3" ? nil : bucket
            }
        }
        guard name.hasSuffix(".amazonaws.com") || name.hasSuffix(".amazonaws.com.cn") else { return nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let service = labels.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }), service > 0 else {
            return nil
        }
        return labels[..<service].joined(separator: ".")
    }

    /// - Parameter target: path and query as they stand in the request line.
    func resolve(host: String?, target: String) throws(S3Error) -> (bucket: String?, key: String?, query: S3Query) {
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let rawPath = mark.map { target[..<$0] } ?? target[...]
        let query = try S3Query(mark.map { String(target[target.utf8.index(after: $0)...]) } ?? "")
        guard let path = PercentEncoding.decode(rawPath.utf8.first == UInt8(ascii: "/") ? rawPath.dropFirst() : rawPath)
        else { throw S3Error(.badRequest, "InvalidURI", "Couldn't parse the specified URI.") }
        if let bucket = host.flatMap(bucket(inHost:)) {
            return (bucket, path.isEmpty ? nil : path, query)
        }
        guard !path.isEmpty else { return (nil, nil, query) }
        let bytes = path.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return (path, nil, query) }
        let key = String(decoding: bytes[bytes.index(after: slash)...], as: UTF8.self)
        return (String(decoding: bytes[..<slash], as: UTF8.self), key.isEmpty ? nil : key, query)
    }

    private static func withoutPort(_ host: String) -> Substring {
        guard !host.hasPrefix("["), let colon = host.lastIndex(of: ":") else { return host[...] }
        return host[..<colon]
    }
}

/// A query's names and values, decoded, in order.
struct S3Query: Sendable {
    let items: [(name: String, value: String)]

    init(_ raw: String) throws(S3Error) {
        var items: [(name: String, value: String)] = []
        for item in raw.split(separator: "&") {
            let mark = item.firstIndex(of: "=")
            let name = mark.map { item[..<$0] } ?? item
            let value = mark.map { item[item.index(after: $0)...] } ?? ""
            guard let name = PercentEncoding.decode(name, plusIsSpace: true),
                let value = PercentEncoding.decode(value, plusIsSpace: true)
            else { throw S3Error(.badRequest, "InvalidURI", "Couldn't parse the specified URI.") }
            items.append((name, value))
        }
        self.items = items
    }

    func has(_ name: String) -> Bool { items.contains { $0.name == name } }

    subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

    /// Nil when absent or empty.
    func nonEmpty(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    /// A count between 0 and `most`; larger values are cut.
    func count(_ name: String, default fallback: Int, most: Int) throws(S3Error) -> Int {
        guard let text = nonEmpty(name) else { return fallback }
        guard let number = Int(text), number >= 0, number <= Int(Int32.max) else {
            throw .invalidArgument("Provided \(name) not an integer or within integer range", name: name, value: text)
        }
        return min(number, most)
    }
}
