import ObjectStorage
import Testing

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=2-5", 2..<6), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10),
            ("bytes=-99", 0..<10),
            ("bytes=8-99999999999999999999999", 8..<10), ("Bytes = 1-2", 1..<3),
        ] as [(String, Range<Int64>)])
    func `A range selects the bytes it names`(header: String, expected: Range<Int64>) {
        #expect(ByteRange(header: header)?.resolved(size: 10) == expected)
    }

    @Test(arguments: ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"])
    func `A range outside the object selects nothing`(header: String) throws {
        let range = try #require(ByteRange(header: header))
        #expect(range.resolved(size: 10) == nil)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "items=0-1", "bytes=1-0", "bytes=0-1,3-4", "bytes=a-b", "bytes=+1-2",
    ])
    func `What is not one range of bytes is ignored`(header: String) {
        #expect(ByteRange(header: header) == nil)
    }

    @Test func `No range lies in an empty object`() {
        #expect(ByteRange.suffix(1).resolved(size: 0) == nil)
    }
}
