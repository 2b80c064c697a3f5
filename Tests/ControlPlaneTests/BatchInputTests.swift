import ControlPlane
import Datasets
import Foundation
import NIOCore
import ObjectStorage
import Testing

@Suite struct BatchInputTests {
    private func lines(_ chunks: [[UInt8]], longest: Int = 64) -> [InputLine] {
        var splitter = LineSplitter(longestLine: longest)
        var lines = chunks.flatMap { splitter.lines(in: $0) }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    @Test func linesDoNotDependOnHowTheBytesArrive() {
        var generator = SeededGenerator(seed: 4)
        let alphabet = Array("ab{}\" \t\r\n\n\u{E4}".utf8) + [0, 0xFF]
        for _ in 0..<300 {
            let bytes = (0..<generator.index(below: 400)).map { _ in alphabet[generator.index(below: alphabet.count)] }
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = 1 + generator.index(below: 40)
                chunks.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(lines(chunks) == lines([bytes]))
        }
    }

    @Test func blankLinesCountButAreNoLines() {
        let found = lines([Array("\u{FEFF}a\r\n\n \t\r\nb".utf8)])
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a", "b"])
        #expect(found.map(\.number) == [1, 4])
    }

    @Test func aLineThatIsTooLongIsCutAndTheNextIsWhole() {
        let found = lines([Array("0123456789\nabc\n".utf8)], longest: 4)
        #expect(found.map(\.isTooLong) == [true, false])
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == ["0123", "abc"])
    }

    @Test(arguments: [
        (#"{"userId": 1}"#, "userId must be a string."), (#"{"itemList": "a"}"#, "itemList must be a list of strings."),
        (#"{"itemList": ["a", 2]}"#, "itemList[1] must be a string."), (#"{"filterValues": []}"#, "filterValues must be an object of strings."),
        (#"{"filterValues": {"A": 1}}"#, "filterValues.A must be a string."), ("3", "The line must be a JSON object."),
        (#"{"userId": "a""#, "Line 1 is not valid JSON."),
    ])
    func aLineThatCannotBeReadSaysWhy(text: String, message: String) {
        let line = lines([Array(text.utf8)])[0]
        let error = #expect(throws: BatchLineError.self) { try BatchLine(parsing: line) }
        #expect(error?.message == message)
    }
}
