import Foundation
import PersonalizeAPI
import Testing

/// Whatever arrives, the answer is an input or a `PersonalizeError`; the process goes on.
@Suite struct RequestFuzzTests {
    private func decode<Operation: PersonalizeOperation>(_ operation: Operation.Type, _ body: [UInt8]) -> ErrorCode? {
        do {
            _ = try RequestDecoder.decode(Operation.Input.self, from: body)
            return nil
        } catch {
            #expect(!error.message.isEmpty)
            return error.code
        }
    }

    private func sample<Operation: PersonalizeOperation>(_ operation: Operation.Type, seed: UInt64) throws -> [UInt8] {
        try ResponseEncoder.encode(SampleDecoder.sample(Operation.Input.self, seed: seed, omission: 30))
    }

    private static let possible: Set<ErrorCode?> = [nil, .invalidInputException, .serializationException]

    @Test func arbitraryBytesGiveAnErrorOrAnInput() {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let operation = OperationRegistry.all.randomElement(using: &generator) ?? CreateCampaign.self
            #expect(Self.possible.contains(decode(operation, body)))
        }
    }

    @Test func mutatedRequestsGiveAnErrorOrAnInput() throws {
        var generator = SeededGenerator(state: 2)
        let fragments = [
            "null", "1e999", "-0", "\"\\ud800\"", "{}", "[]", "\"", "\\", "18446744073709551616", "true", "\u{0}",
            "1.5", ",", ":",
        ]
        for round in 0..<20_000 {
            let operation = OperationRegistry.all[round % OperationRegistry.all.count]
            var body = try sample(operation, seed: UInt64(round))
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !body.isEmpty {
                let place = Int.random(in: 0..<body.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: body[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: body.remove(at: place)
                case 2:
                    body.insert(contentsOf: Array((fragments.randomElement(using: &generator) ?? "").utf8), at: place)
                default: body.removeSubrange(place..<min(body.count, place + 5))
                }
            }
            #expect(Self.possible.contains(decode(operation, body)))
        }
    }

    @Test func membersOfAnotherTypeGiveAnErrorOrAnInput() throws {
        var generator = SeededGenerator(state: 3)
        let values: [Any] = [
            NSNull(), 1, -1, 1.5, 1e300, true, "", "x", [Any](), [1], ["a": 1], [[String: Any]()],
            String(repeating: "a", count: 40_000),
        ]
        for round in 0..<10_000 {
            let operation = OperationRegistry.all[round % OperationRegistry.all.count]
            let body = try sample(operation, seed: UInt64(round))
            guard var object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
                let member = object.keys.sorted().randomElement(using: &generator)
            else { continue }
            object[member] = values.randomElement(using: &generator)
            let mutated = Array(try JSONSerialization.data(withJSONObject: object))
            #expect(Self.possible.contains(decode(operation, mutated)))
        }
    }
}
