import Foundation
import ObjectStorage
import Testing

@Suite struct ChecksumTests {
    private func check(_ parameters: CyclicRedundancyCheck.Parameters, _ bytes: [UInt8]) -> UInt64 {
        var check = CyclicRedundancyCheck(parameters)
        bytes.withUnsafeBytes { check.update($0) }
        return check.value
    }

    /// The check values of the "Catalogue of parametrised CRC algorithms".
    @Test func `The published check values come out`() {
        let digits = Array("123456789".utf8)
        #expect(check(.crc32, digits) == 0xCBF4_3926)
        #expect(check(.crc32c, digits) == 0xE306_9283)
        #expect(check(.crc64nvme, digits) == 0xAE8B_1486_0A79_9888)
    }

    private func bitByBit(_ bytes: [UInt8], polynomial: UInt64, ones: UInt64) -> UInt64 {
        var remainder = ones
        for byte in bytes {
            remainder ^= UInt64(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? (remainder >> 1) ^ polynomial : remainder >> 1 }
        }
        return remainder ^ ones
    }

    @Test func `Eight bytes at a time agree with one bit at a time, however the bytes are divided`() {
        var random = SeededGenerator(seed: 1)
        let kinds: [(CyclicRedundancyCheck.Parameters, UInt64, UInt64)] = [
            (.crc32, 0xEDB8_8320, 0xFFFF_FFFF), (.crc32c, 0x82F6_3B78, 0xFFFF_FFFF),
            (.crc64nvme, 0x9A6C_9329_AC4B_C9B5, .max),
        ]
        for length in [0, 1, 7, 8, 9, 15, 16, 17, 63, 200, 1001] {
            let bytes = random.bytes(length)
            for (parameters, polynomial, ones) in kinds {
                var divided = CyclicRedundancyCheck(parameters)
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...min(rest.count, 21), using: &random)
                    Array(rest.prefix(count)).withUnsafeBytes { divided.update($0) }
                    rest = rest.dropFirst(count)
                }
                #expect(divided.value == bitByBit(bytes, polynomial: polynomial, ones: ones))
            }
        }
    }

    @Test func `The check of a whole follows from those of two pieces`() {
        var random = SeededGenerator(seed: 2)
        for parameters in [CyclicRedundancyCheck.Parameters.crc32, .crc32c, .crc64nvme] {
            for (first, second) in [(0, 5), (5, 0), (1, 1), (100, 4096), (999, 65_537)] {
                let left = random.bytes(first)
                let right = random.bytes(second)
                let combined = CyclicRedundancyCheck.combined(
                    check(parameters, left), check(parameters, right), secondLength: Int64(second), parameters)
                #expect(combined == check(parameters, left + right))
            }
        }
    }

    private func base64(_ algorithm: ChecksumAlgorithm, _ bytes: [UInt8]) -> String {
        var state = ChecksumState(algorithm)
        bytes.withUnsafeBytes { state.update($0) }
        return Data(state.bytes).base64EncodedString()
    }

    @Test(arguments: [ChecksumAlgorithm.crc32, .crc32c, .crc64nvme])
    func `A full-object checksum of parts is that of their bytes`(algorithm: ChecksumAlgorithm) {
        var random = SeededGenerator(seed: 3)
        let parts = [random.bytes(1000), random.bytes(1), random.bytes(77)]
        let checksum = ObjectChecksum.ofParts(
            parts.map { (base64(algorithm, $0), Int64($0.count)) }, algorithm: algorithm, type: .fullObject)
        #expect(checksum?.value == base64(algorithm, parts.flatMap { $0 }))
    }

    @Test(arguments: ChecksumAlgorithm.allCases)
    func `A composite checksum is the checksum of the parts' checksums`(algorithm: ChecksumAlgorithm) throws {
        let parts = ["one", "two"].map { base64(algorithm, Array($0.utf8)) }
        let joined = try parts.flatMap { Array(try #require(Data(base64Encoded: $0))) }
        let checksum = ObjectChecksum.ofParts(parts.map { ($0, 3) }, algorithm: algorithm, type: .composite)
        #expect(checksum?.value == base64(algorithm, joined) + "-2")
    }

    @Test func `Hashes that cannot be combined give no full-object checksum`() {
        let part = (value: base64(.sha256, []), size: Int64(0))
        #expect(ObjectChecksum.ofParts([part], algorithm: .sha256, type: .fullObject) == nil)
        #expect(ObjectChecksum.ofParts([("not base64", 1)], algorithm: .crc32, type: .composite) == nil)
    }
}
