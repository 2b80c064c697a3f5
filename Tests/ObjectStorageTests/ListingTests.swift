import Foundation
import ObjectStorage
import Testing

@Suite struct ListingTests {
    /// The definition of a listing, computed from all keys: `k` before keys, `p` before common prefixes.
    private func expected(_ keys: [String], prefix: String, delimiter: String?) -> [String] {
        var entries: [String] = []
        for key in keys.sorted(by: { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }) {
            guard Array(key.utf8).starts(with: Array(prefix.utf8)) else { continue }
            let rest = String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            if let delimiter, let found = rest.firstRange(of: delimiter) {
                let common = "p" + prefix + rest[..<found.upperBound]
                if entries.last != common { entries.append(common) }
            } else {
                entries.append("k" + key)
            }
        }
        return entries
    }

    private func named(_ entries: [ObjectListing.Entry]) -> [String] {
        entries.map { entry in
            switch entry {
            case .object(let object): "k\(object.key)"
            case .commonPrefix(let prefix): "p\(prefix)"
            }
        }
    }

    @Test func `Pages of any size agree with the definition`() async throws {
        try await withStore { store, _ in
            var random = SeededGenerator(seed: 51)
            let letters = ["a", "b", "/", "/", "é", "z"]
            var keys: Set<String> = []
            while keys.count < 60 {
                keys.insert(
                    (0..<Int.random(in: 1...6, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
                    }
                    .joined())
            }
            for key in keys { _ = try await store.put(bucket: "bucket", key: key, attributes: .init(), body: body("")) }
            for prefix in ["", "a", "a/", "/", "zz", "é"] {
                for delimiter in [nil, "/", "a", "b/"] {
                    let wanted = expected(Array(keys), prefix: prefix, delimiter: delimiter)
                    for limit in [1, 2, 7, 1000] {
                        var found: [String] = []
                        var position: ListingPosition?
                        repeat {
                            let page = try await store.list(
                                bucket: "bucket",
                                ListingRequest(prefix: prefix, delimiter: delimiter, start: position, limit: limit))
                            #expect(page.entries.count <= limit)
                            found += named(page.entries)
                            position = try page.next.map { try ListingPosition(token: $0.token) }
                        } while position != nil
                        #expect(found == wanted)
                    }
                }
            }
        }
    }

    @Test func `Keys that differ only behind a zero byte or in form are different objects`() async throws {
        try await withStore { store, _ in
            for key in ["a", "a\u{0}b", "\u{e9}", "e\u{301}"] {
                _ = try await store.put(bucket: "bucket", key: key, attributes: .init(), body: body(key))
            }
            for key in ["a", "a\u{0}b", "\u{e9}", "e\u{301}"] {
                #expect(try await store.read(bucket: "bucket", key: key, range: nil).collected() == Array(key.utf8))
            }
        }
    }

    @Test(arguments: ["", "!", "YQ==", "eA=="])
    func `A foreign token is refused`(token: String) {
        #expect(throws: ObjectStorageError.invalidContinuationToken) { try ListingPosition(token: token) }
    }
}
