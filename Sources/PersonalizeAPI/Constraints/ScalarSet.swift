/// A set of Unicode scalars: ranges and general categories.
struct ScalarSet: Sendable {
    enum Category: Sendable {
        case letter, separator, number
    }

    private var ranges: [ClosedRange<Unicode.Scalar>] = []
    private var categories: [Category] = []
    var isInverted = false

    init() {}

    init(_ scalar: Unicode.Scalar) {
        ranges = [scalar...scalar]
    }

    /// The names in `\p{…}` that the model uses; nil for others.
    init?(property: String) {
        switch property {
        case "ASCII": ranges = ["\u{0}"..."\u{7F}"]
        case "L": categories = [.letter]
        case "Z": categories = [.separator]
        case "N": categories = [.number]
        default: return nil
        }
    }

    static let digits = ScalarSet(ranges: ["0"..."9"])
    static let word = ScalarSet(ranges: ["0"..."9", "A"..."Z", "_"..."_", "a"..."z"])
    static let space = ScalarSet(ranges: ["\t"..."\r", " "..." "])
    static let anyButLineEnd: ScalarSet = {
        var set = ScalarSet(ranges: ["\n"..."\n", "\r"..."\r", "\u{85}"..."\u{85}", "\u{2028}"..."\u{2029}"])
        set.isInverted = true
        return set
    }()

    private init(ranges: [ClosedRange<Unicode.Scalar>]) {
        self.ranges = ranges
    }

    /// The only scalar of the set; nil for a set of none or many.
    var single: Unicode.Scalar? {
        guard !isInverted, categories.isEmpty, ranges.count == 1, let range = ranges.first,
            range.lowerBound == range.upperBound
        else { return nil }
        return range.lowerBound
    }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
        ranges.append(range)
    }

    mutating func formUnion(_ other: ScalarSet) {
        ranges += other.ranges
        categories += other.categories
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        (ranges.contains { $0.contains(scalar) } || categories.contains { Self.is(scalar, $0) }) != isInverted
    }

    private static func `is`(_ scalar: Unicode.Scalar, _ category: Category) -> Bool {
        switch (category, scalar.properties.generalCategory) {
        case (.letter, .uppercaseLetter), (.letter, .lowercaseLetter), (.letter, .titlecaseLetter),
            (.letter, .modifierLetter), (.letter, .otherLetter),
            (.separator, .spaceSeparator), (.separator, .lineSeparator), (.separator, .paragraphSeparator),
            (.number, .decimalNumber), (.number, .letterNumber), (.number, .otherNumber):
            true
        default: false
        }
    }
}
