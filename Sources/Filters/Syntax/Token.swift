/// A piece of a filter expression.
struct Token {
    enum Kind: Hashable {
        case word(String)
        /// Without its quotes, escapes resolved.
        case string(String)
        case number(FilterNumber)
        /// Without its `$`.
        case parameter(String)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case comma = ","
        case dot = "."
        case pipe = "|"
        case asterisk = "*"
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    let kind: Kind
    /// Of the first byte.
    let offset: Int

    /// How a message names the token.
    var text: String {
        switch kind {
        case .word(let word): "\"\(word.abbreviated)\""
        case .string(let string): "the text \"\(string.abbreviated)\""
        case .number(let number): "the number \(number)"
        case .parameter(let name): "the parameter $\(name.abbreviated)"
        case .symbol(let symbol): "\"\(symbol.rawValue)\""
        case .end: "the end"
        }
    }

    /// Whether the token is `keyword`, in any case.
    func isKeyword(_ keyword: String) -> Bool {
        guard case .word(let word) = kind else { return false }
        return word.uppercased() == keyword
    }
}

/// A number as a filter writes it; what a 64-bit integer can hold stays exact.
public enum FilterNumber: Sendable, Hashable, CustomStringConvertible {
    case integer(Int64)
    /// Finite.
    case real(Double)

    /// Reads `12`, `-3`, `0.5` or `1e3`; nil for anything else, and for what a double cannot hold.
    init?(_ text: some StringProtocol) {
        let digits = text.utf8
        guard let first = digits.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "."),
            !digits.contains(where: { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") })
        else { return nil }
        if let integer = Int64(text) {
            self = .integer(integer)
        } else if let real = Double(text), real.isFinite {
            self = .real(real)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .integer(let integer): "\(integer)"
        case .real(let real): "\(real)"
        }
    }

    var double: Double {
        switch self {
        case .integer(let integer): Double(integer)
        case .real(let real): real
        }
    }
}
