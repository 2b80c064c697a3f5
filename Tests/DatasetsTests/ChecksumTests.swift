import Datasets
import Testing

@Suite struct ChecksumTests {
    /// Values of the reference implementation, xxhsum 0.8.
    @Test(arguments: [
        ("", 0xEF46_DB37_51D8_E999 as UInt64), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
    ])
    func agreesWithTheReference(_ text: String, _ expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { Checksum.of($0) } == expected)
    }

    @Test func piecesGiveTheValueOfTheWhole() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let bytes = (0..<random.index(below: 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var checksum = Checksum()
            var offset = 0
            while offset < bytes.count {
                let end = min(bytes.count, offset + 1 + random.index(below: 70))
                bytes[offset..<end].withUnsafeBytes { checksum.update($0) }
                offset = end
            }
            #expect(checksum.value == bytes.withUnsafeBytes { Checksum.of($0) })
        }
    }
}
