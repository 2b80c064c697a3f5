import Foundation
import ObjectStorage

/// What of a request is signed, without its body.
package struct SignedRequest: Sendable {
    package var method: String
    /// As it stands in the request line.
    package var path: String
    /// Names and values in order, decoded; nil when an escape in the query is malformed.
    package let query: [(String, String)]?
    /// All values of each header, by lower-case name, in order. `host` is among them.
    package let headers: [String: [String]]

    /// - Parameter target: path and query as they stand in the request line.
    package init(method: String, target: String, headers: [(name: String, value: String)]) {
        self.method = method
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = mark.map { String(target[..<$0]) } ?? target
        query = Self.items(mark.map { target[target.utf8.index(after: $0)...] } ?? "")
        self.headers = Dictionary(headers.map { ($0.name.lowercased(), [$0.value]) }, uniquingKeysWith: +)
    }

    func header(_ name: String) -> String? { headers[name].map { $0.joined(separator: ",") } }

    func item(_ name: String) -> String? { query?.first { $0.0 == name }?.1 }

    /// A plus sign is a space, as it is where the query is read.
    private static func items(_ raw: Substring) -> [(String, String)]? {
        var items: [(String, String)] = []
        for item in raw.split(separator: "&") {
            let mark = item.firstIndex(of: "=")
            guard let name = PercentEncoding.decode(mark.map { item[..<$0] } ?? item, plusIsSpace: true),
                let value = PercentEncoding.decode(
                    mark.map { item[item.index(after: $0)...] } ?? "", plusIsSpace: true)
            else { return nil }
            items.append((name, value))
        }
        return items
    }
}
