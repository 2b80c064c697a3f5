import NIOCore
import ObjectStorage
import Testing

@Suite struct AwsChunkedDecoderTests {
    private func encode(
        _ data: [UInt8], signed: Bool, trailers: [(String, String)], using random: inout SeededGenerator
    ) -> [UInt8] {
        var output: [UInt8] = []
        let signature = signed ? ";chunk-signature=" + String(repeating: "0", count: 64) : ""
        var rest = data[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(rest.count, 100), using: &random)
            output += Array("\(String(count, radix: 16))\(signature)\r\n".utf8) + rest.prefix(count) + [13, 10]
            rest = rest.dropFirst(count)
        }
        output += Array("0\(signature)\r\n".utf8)
        for (name, value) in trailers { output += Array("\(name): \(value)\r\n".utf8) }
        return output + [13, 10]
    }

    private func decode(
        _ input: [UInt8], using random: inout SeededGenerator
    ) throws -> (data: [UInt8], trailers: [String: String]) {
        var decoder = AwsChunkedDecoder()
        var data: [UInt8] = []
        var rest = input[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(rest.count, 37), using: &random)
            for buffer in try decoder.decode(ByteBuffer(bytes: rest.prefix(count))) { data += buffer.readableBytesView }
            rest = rest.dropFirst(count)
        }
        try decoder.finish()
        return (data, decoder.trailers)
    }

    @Test func `Any data in any chunks, however it arrives, comes back with its trailers`() throws {
        var random = SeededGenerator(seed: 11)
        for round in 0..<300 {
            let data = random.bytes(Int.random(in: 0...600, using: &random))
            let trailers = round.isMultiple(of: 2) ? [("X-Amz-Checksum-CRC32", "AAAAAA==")] : []
            let encoded = encode(data, signed: round.isMultiple(of: 3), trailers: trailers, using: &random)
            let decoded = try decode(encoded, using: &random)
            #expect(decoded.data == data)
            #expect(decoded.trailers["x-amz-checksum-crc32"] == trailers.first?.1)
        }
    }

    @Test func `A body cut before its last chunk is refused`() throws {
        var random = SeededGenerator(seed: 12)
        let encoded = encode(random.bytes(500), signed: false, trailers: [], using: &random)
        let lastChunk = encoded.count - 5
        for length in 0..<lastChunk {
            #expect(throws: ObjectStorageError.malformedChunk) {
                try decode(Array(encoded.prefix(length)), using: &random)
            }
        }
    }

    @Test(arguments: [
        "", "\r\n", "zz\r\n", "-5\r\n", "+5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n",
        "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
        "ffffffffffffffff\r\n", "0\r\n\r\nmore",
    ])
    func `A malformed body is refused`(text: String) {
        var random = SeededGenerator(seed: 13)
        #expect(throws: ObjectStorageError.malformedChunk) { try decode(Array(text.utf8), using: &random) }
    }

    @Test func `Arbitrary bytes are decoded or refused, never worse`() {
        var random = SeededGenerator(seed: 14)
        let alphabet = Array("0123456789abcdef;=\r\n:x".utf8)
        for _ in 0..<5000 {
            let length = Int.random(in: 0...80, using: &random)
            let bytes = (0..<length).map { _ in
                Bool.random(using: &random)
                    ? alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    : UInt8.random(in: .min ... .max, using: &random)
            }
            if let decoded = try? decode(bytes, using: &random) { #expect(decoded.data.count <= bytes.count) }
        }
    }

    @Test func `An endless line is refused before it fills the memory`() {
        var decoder = AwsChunkedDecoder()
        #expect(throws: ObjectStorageError.malformedChunk) {
            for _ in 0..<100 { _ = try decoder.decode(ByteBuffer(repeating: 0x61, count: 1000)) }
        }
    }
}
