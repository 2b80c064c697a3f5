import Datasets
import Testing

@Suite struct VocabularyTests {
    @Test func numbersAreThoseOfTheFirstAppearance() {
        var random = SeededGenerator(seed: 13)
        var vocabulary = Vocabulary()
        var reference: [[UInt8]: Int] = [:]
        for _ in 0..<50_000 {
            let length = random.index(below: 24)
            let text = (0..<length).map { _ in ["a", "b", "\u{E9}"][random.index(below: 3)] }.joined()
            let expected = reference[Array(text.utf8)] ?? reference.count
            reference[Array(text.utf8)] = expected
            #expect(vocabulary.insert(text) == expected)
        }
        #expect(vocabulary.count == reference.count)
        for (bytes, number) in reference {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(vocabulary.index(of: text) == number)
            #expect(vocabulary[number] == text)
        }
        #expect(vocabulary.index(of: "c") == nil)
        #expect(Vocabulary(vocabulary.identifiers) == vocabulary)
        #expect(Vocabulary().index(of: "") == nil)
    }
}
