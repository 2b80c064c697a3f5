import ControlPlane
import Datasets
import Synchronization
import Testing
import TextGeneration

@Suite struct ThemeWriterTests {
    /// Answers in turn, and notes what it was asked about.
    private final class Script: TextGenerator {
        private let answers: Mutex<[String]>
        let materials = Mutex<[String]>([])

        init(_ answers: [String]) { self.answers = Mutex(answers) }

        func text(following instructions: String, about material: String) async throws -> String {
            materials.withLock { $0.append(material) }
            guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                throw TextGenerationError("no more answers")
            }
            return answer
        }
    }

    private let items = MetadataTable(
        type: .items, identifiers: Vocabulary(["a", "b"]),
        columns: [
            MetadataColumn(field: SchemaField(name: "TITLE", type: .string), values: .text(["First", "Second"])),
            MetadataColumn(
                field: SchemaField(name: "TEXT", type: .string, isTextual: true), values: .text(["One\nline", ""])),
        ])

    private func theme(_ answers: String...) async throws -> (ThemeWriter.Themed, [String]) {
        let script = Script(answers)
        let themed = try await ThemeWriter(generator: script, items: items, nameField: "TITLE")
            .theme(for: ["a", "b", "c"])
        return (themed, script.materials.withLock { $0 })
    }

    @Test func itemsAreOrderedByRelevance() async throws {
        let (themed, materials) = try await theme(
            "Sure!\n```json\n{\"theme\": \"Good things\", \"relevances\": [0.1, 7, 0.1]}\n```")
        #expect(
            themed.theme == "Good things" && themed.items == ["b", "a", "c"] && themed.relevances == [1, 0.1, 0.1])
        #expect(materials == ["1. First – One line\n2. Second\n3. c"])
    }

    @Test func anAnswerThatIsNotWhatWasAskedForIsAskedForAgain() async throws {
        let (themed, materials) = try await theme("no", #"{"theme": "T", "relevances": [0, 0, 0]}"#)
        #expect(themed.items == ["a", "b", "c"] && materials.count == 2)
    }

    @Test(arguments: [
        ["no", "no"], [#"{"theme": "T", "relevances": [1]}"#, #"{"theme": "T", "relevances": [1, 2]}"#],
        [#"{"theme": " ", "relevances": [1, 1, 1]}"#, "}{"], [],
    ])
    func withoutAThemeTheLineHasAnError(answers: [String]) async {
        let error = await #expect(throws: BatchLineError.self) {
            try await ThemeWriter(generator: Script(answers), items: items, nameField: "TITLE").theme(for: [
                "a", "b", "c",
            ])
        }
        #expect(error?.message.hasPrefix("No theme was generated") == true)
    }
}
