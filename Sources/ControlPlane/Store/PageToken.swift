import PersonalizeAPI
import Foundation

/// A place in a list: opaque to the caller, valid after a restart, and only for the list that gave it.
struct PageToken: Codable, Equatable {
    /// The operation and its filter.
    let list: String
    /// The place of the last item that was given.
    let last: Int64

    var text: String {
        Data("\(last):\(list)".utf8).base64EncodedString()
    }

    init(list: String, last: Int64) {
        self.list = list
        self.last = last
    }

    /// - Throws: `PersonalizeError` with `InvalidNextTokenException`.
    init(_ text: String, of list: String) throws {
        guard let data = Data(base64Encoded: text),
            let separator = data.firstIndex(of: UInt8(ascii: ":")),
            let last = Int64(String(decoding: data[..<separator], as: UTF8.self)), last >= 0,
            data[(separator + 1)...].elementsEqual(list.utf8)
        else {
            throw PersonalizeError.invalidNextToken("The nextToken is not one that this list gave: \(text.prefix(60))")
        }
        self.init(list: list, last: last)
    }
}

/// One page of a list.
struct Page<Item> {
    let items: [Item]
    let nextToken: String?
}
