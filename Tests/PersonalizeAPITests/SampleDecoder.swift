import Foundation
import PersonalizeAPI

/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes a value of any decodable shape: every member it asks for gets a made-up value.
final class SampleDecoder: Decoder {
    var generator: SeededGenerator
    /// How often an optional member is left out, of 100.
    let omission: Int
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(seed: UInt64, omission: Int) {
        generator = SeededGenerator(state: seed)
        self.omission = omission
    }

    static func sample<Value: Decodable>(_ type: Value.Type, seed: UInt64, omission: Int = 0) throws -> Value {
        try SampleDecoder(seed: seed, omission: omission).value(type)
    }

    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type is any DictionaryShape.Type { return try Value(from: MapDecoder(sample: self)) }
        return try Value(from: self)
    }

    var text: String {
        let alphabet = Array("abcXYZ019 _-/\\\"{}:é漢🎬\n\t")
        return String(
            (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator)
            })
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed(sample: self, keys: []))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        Unkeyed(sample: self, size: Int.random(in: 0...3, using: &generator))
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(sample: self) }

    /// Dictionaries ask for all keys of their container; a structure asks for its members one at a time.
    struct MapDecoder: Decoder {
        let sample: SampleDecoder
        var codingPath: [any CodingKey] { [] }
        var userInfo: [CodingUserInfoKey: Any] { [:] }
        func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
            let count = Int.random(in: 0...3, using: &sample.generator)
            return KeyedDecodingContainer(
                Keyed(sample: sample, keys: (0..<count).compactMap { Key(stringValue: "key\($0)") }))
        }
        func unkeyedContainer() throws -> any UnkeyedDecodingContainer { sample.unkeyedContainer() }
        func singleValueContainer() throws -> any SingleValueDecodingContainer { sample.singleValueContainer() }
    }

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let sample: SampleDecoder
        let keys: [Key]
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { keys }
        func contains(_ key: Key) -> Bool { Int.random(in: 0..<100, using: &sample.generator) >= sample.omission }
        func decodeNil(forKey key: Key) -> Bool { false }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try sample.value(type) }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedDecodingContainer<Nested> { sample.container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { sample.unkeyedContainer() }
        func superDecoder() -> any Decoder { sample }
        func superDecoder(forKey key: Key) -> any Decoder { sample }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let sample: SampleDecoder
        let size: Int
        var currentIndex = 0
        var codingPath: [any CodingKey] { [] }
        var count: Int? { size }
        var isAtEnd: Bool { currentIndex >= size }

        init(sample: SampleDecoder, size: Int) {
            self.sample = sample
            self.size = size
        }

        mutating func decodeNil() -> Bool { false }
        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            currentIndex += 1
            return try sample.value(type)
        }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
            sample.container(keyedBy: type)
        }
        mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { sample.unkeyedContainer() }
        mutating func superDecoder() -> any Decoder { sample }
    }

    struct Single: SingleValueDecodingContainer {
        let sample: SampleDecoder
        var codingPath: [any CodingKey] { [] }
        func decodeNil() -> Bool { false }
        func decode(_ type: Bool.Type) -> Bool { Bool.random(using: &sample.generator) }
        func decode(_ type: String.Type) -> String { sample.text }
        func decode(_ type: Double.Type) -> Double {
            (Double.random(in: -1e6...1e6, using: &sample.generator) * 1000).rounded() / 1000
        }
        func decode(_ type: Float.Type) -> Float { Float.random(in: -1e6...1e6, using: &sample.generator) }
        func decode(_ type: Int.Type) -> Int { Int(Int32.random(in: .min ... .max, using: &sample.generator)) }
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try sample.value(type) }
    }
}

private protocol DictionaryShape {}
extension Dictionary: DictionaryShape where Key == String {}
