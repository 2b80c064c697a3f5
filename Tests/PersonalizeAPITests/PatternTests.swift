import PersonalizeAPI
import Testing

@Suite struct PatternTests {
    @Test func everyPatternOfTheModelIsSupported() {
        let patterns = StringConstraint.all.compactMap(\.pattern)
        #expect(patterns.count >= 14)
        for pattern in patterns { #expect(pattern.isSupported, "\(pattern.source)") }
    }

    @Test func whatIsUnknownIsSaidToBeUnsupported() {
        for source in ["(?=a)", "a{2,1}", "[a", "(a", "a)", "\\k", "*a", "\\p{Greek}", "a{9999}{9999}"] {
            #expect(!Pattern(source).isSupported, "\(source)")
        }
    }

    @Test(arguments: [
        ("arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+", "arn:aws:iam::123456789012:role/a/b@c", true),
        ("arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+", "arn:aws:iam::12345678901:role/a", false),
        ("(s3|http|https)://.+", "https://a", true), ("(s3|http|https)://.+", "s3:/a", false),
        ("(s3|http|https)://.+", "s3://a\nb", false),
        ("rate\\(\\d+ days?\\)", "rate(7 days)", true), ("rate\\(\\d+ days?\\)", "rate(1 day)", true),
        ("rate\\(\\d+ days?\\)", "rate(7 hours)", false),
        ("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "Größe 漢字 ٣ a:b", true),
        ("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "a#", false),
        ("\\p{ASCII}{0,1500}", "~ \u{0}", true), ("\\p{ASCII}{0,1500}", "é", false), ("\\p{ASCII}{0,1500}", "", true),
        ("^[\\x20-\\x7E]*[\\x21-\\x7E]+[\\x20-\\x7E]*$", "  a ", true),
        ("^[\\x20-\\x7E]*[\\x21-\\x7E]+[\\x20-\\x7E]*$", "   ", false),
        ("[^a-c]x|y", "dx", true), ("[^a-c]x|y", "ax", false), ("[^a-c]x|y", "y", true), ("(|a)b", "b", true),
    ])
    func patternsMatchWholeStrings(source: String, text: String, expected: Bool) {
        #expect(Pattern(source).matches(text) == expected)
    }

    /// The standard library's backtracking engine is the second way.
    @Test func matchesAgreeWithTheStandardLibrary() throws {
        var generator = SeededGenerator(state: 7)
        let pieces = [
            "a", "b", "c", "(a|b)", "[a-b]", "[^a]", "(ab|c)?", "a*", "(bc)+", ".", "b{1,2}", "(a|ab)(c|bc)", "c{2}",
            "(a*)*", "|",
        ]
        for _ in 0..<600 {
            let source = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
                pieces.randomElement(using: &generator)
            }.joined()
            let pattern = Pattern(source)
            let reference = try Regex(source)
            for _ in 0..<15 {
                let text = String(
                    (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in
                        "abc".randomElement(using: &generator)
                    })
                #expect(pattern.matches(text) == (try reference.wholeMatch(in: text) != nil), "\(source) on \(text)")
            }
        }
    }

    @Test func aStringMadeToBacktrackIsCheap() {
        let colons = "arn:a:personalize:" + String(repeating: ":", count: 100_000) + "\n"
        #expect(!Pattern("arn:([a-z\\d-]+):personalize:.*:.*:.+").matches(colons))
        let printable = String(repeating: "a", count: 100_000) + "\n"
        #expect(!Pattern("^[\\x20-\\x7E]*[\\x21-\\x7E]+[\\x20-\\x7E]*$").matches(printable))
    }
}
