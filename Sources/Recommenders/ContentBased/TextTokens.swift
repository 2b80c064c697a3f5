/// The words of a text, lower-cased, in their order.
///
/// A word is a run of letters, marks and digits by their Unicode properties; everything else parts words. Scripts that are
/// written without spaces (ideographs, kana) give overlapping pairs of characters instead, which finds compounds without
/// a dictionary. No language is known: there are no stop words and no stems, frequent words count little by their inverse
/// document frequency.
///
/// Never traps, whatever the text holds. O(length).
package struct TextTokens: Sequence, IteratorProtocol {
    /// Longer words are cut.
    static let longestWord = 64

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var previous: Unicode.Scalar?

    package init(_ text: String) { scalars = Array(text.lowercased().unicodeScalars) }

    package mutating func next() -> String? {
        while position < scalars.count {
            let scalar = scalars[position]
            if Self.isUnspaced(scalar) {
                position += 1
                let before = previous
                previous = scalar
                let isPaired = position < scalars.count && Self.isUnspaced(scalars[position])
                if isPaired { return Self.text([scalar, scalars[position]]) }
                // One alone; the last of a run was in the pair before.
                if before == nil { return Self.text([scalar]) }
                continue
            }
            previous = nil
            guard Self.isOfWord(scalar) else {
                position += 1
                continue
            }
            let start = position
            while position < scalars.count, Self.isOfWord(scalars[position]), !Self.isUnspaced(scalars[position]) {
                position += 1
            }
            return Self.text(scalars[start..<Swift.min(position, start + Self.longestWord)])
        }
        return nil
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber:
            return true
        default: return false
        }
    }

    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            isOfWord(scalar)
        default: false
        }
    }
}
