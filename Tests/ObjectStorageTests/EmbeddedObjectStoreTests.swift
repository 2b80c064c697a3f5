import Foundation
import NIOCore
import ObjectStorage
import Testing

@Suite struct EmbeddedObjectStoreTests {
    struct Interruption: Error {}

    @Test func `An object is its bytes, its MD5 and what was said of it`() async throws {
        try await withStore { store, _ in
            let attributes = ObjectAttributes(contentType: "text/csv", metadata: ["a": "b"], tags: ["t": "u"])
            let put = try await store.put(
                bucket: "bucket", key: "k", attributes: attributes, body: body([[104, 101], [], [108, 108, 111]]))
            #expect(put.summary.etag == "5d41402abc4b2a76b9719d911017c592")
            let found = try await store.object(bucket: "bucket", key: "k")
            #expect(found.attributes == attributes)
            #expect(found.summary.size == 5)
            #expect(try await store.read(bucket: "bucket", key: "k", range: nil).collected() == Array("hello".utf8))
            #expect(try await store.read(bucket: "bucket", key: "k", range: 1..<3).collected() == Array("el".utf8))
        }
    }

    @Test func `An empty object has the MD5 of nothing`() async throws {
        try await withStore { store, _ in
            let put = try await store.put(bucket: "bucket", key: "k", attributes: .init(), body: body(""))
            #expect(put.summary.etag == "d41d8cd98f00b204e9800998ecf8427e")
            #expect(try await store.read(bucket: "bucket", key: "k", range: nil).collected() == [])
        }
    }

    @Test func `A body that fails leaves the old object and no file`() async throws {
        try await withStore { store, directory in
            _ = try await store.put(bucket: "bucket", key: "k", attributes: .init(), body: body("old"))
            let before = files(in: directory + "/bodies")
            await #expect(throws: Interruption.self) {
                _ = try await store.put(
                    bucket: "bucket", key: "k", attributes: .init(), body: body([[1, 2]], failingWith: Interruption()))
            }
            await #expect(throws: ObjectStorageError.badDigest("Content-MD5")) {
                _ = try await store.put(
                    bucket: "bucket", key: "k", attributes: .init(),
                    expecting: BodyExpectation(md5: Data(repeating: 0, count: 16)), body: body("new"))
            }
            #expect(try await store.read(bucket: "bucket", key: "k", range: nil).collected() == Array("old".utf8))
            #expect(files(in: directory + "/bodies") == before)
            #expect(files(in: directory + "/incoming").isEmpty)
        }
    }

    @Test func `A body of another size than declared is refused`() async throws {
        try await withStore { store, _ in
            for declared in [Int64(2), 4] {
                await #expect(throws: ObjectStorageError.self) {
                    _ = try await store.put(
                        bucket: "bucket", key: "k", attributes: .init(), expecting: BodyExpectation(size: declared),
                        body: body("abc"))
                }
            }
        }
    }

    @Test func `A reader finishes what it began when the object is replaced and deleted`() async throws {
        try await withStore { store, directory in
            let old = [UInt8](repeating: 7, count: 1_000_000)
            _ = try await store.put(bucket: "bucket", key: "k", attributes: .init(), body: body([old]))
            do {
                let opened = try await store.read(bucket: "bucket", key: "k", range: nil)
                _ = try await store.put(bucket: "bucket", key: "k", attributes: .init(), body: body("new"))
                try await store.delete(bucket: "bucket", key: "k")
                #expect(try await opened.collected() == old)
            }
            for _ in 0..<200 where !files(in: directory + "/bodies").isEmpty {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(files(in: directory + "/bodies").isEmpty)
        }
    }

    @Test func `A start removes what a crash left and nothing else`() async throws {
        let directory = NSTemporaryDirectory() + "palate-sweep-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var kept: Set<String> = []
        do {
            let store = try EmbeddedObjectStore(directory: directory)
            try await store.createBucket("bucket", region: "us-east-1")
            _ = try await store.put(bucket: "bucket", key: "k", attributes: .init(), body: body("kept"))
            let upload = try await store.startUpload(
                bucket: "bucket", key: "m", attributes: .init(), checksumAlgorithm: nil, checksumType: nil)
            _ = try await store.putPart(
                bucket: "bucket", key: "m", upload: upload.id, number: 1, expecting: .init(), body: body("part"))
            kept = files(in: directory + "/bodies")
        }
        #expect(kept.count == 2)
        let files = FileManager.default
        #expect(files.createFile(atPath: directory + "/incoming/half", contents: Data("half".utf8)))
        #expect(files.createFile(atPath: directory + "/bodies/ab/abandoned", contents: Data("body".utf8)))
        let store = try EmbeddedObjectStore(directory: directory)
        #expect(ObjectStorageTests.files(in: directory + "/bodies") == kept)
        #expect(ObjectStorageTests.files(in: directory + "/incoming").isEmpty)
        #expect(try await store.read(bucket: "bucket", key: "k", range: nil).collected() == Array("kept".utf8))
    }

    @Test func `Parts become one object with the MD5 of their MD5s`() async throws {
        try await withStore { store, directory in
            let first = [UInt8](repeating: 1, count: 5 << 20)
            let upload = try await store.startUpload(
                bucket: "bucket", key: "k", attributes: .init(), checksumAlgorithm: .crc32, checksumType: .fullObject)
            var parts: [CompletedPart] = []
            for (number, bytes) in [(1, first), (2, [2, 3])] {
                let part = try await store.putPart(
                    bucket: "bucket", key: "k", upload: upload.id, number: number, expecting: .init(),
                    body: body([bytes]))
                parts.append(CompletedPart(number: number, etag: "\"\(part.etag)\""))
            }
            let done = try await store.completeUpload(bucket: "bucket", key: "k", id: upload.id, parts: parts)
            #expect(done.summary.etag.hasSuffix("-2"))
            #expect(done.checksum?.type == .fullObject)
            #expect(try await store.read(bucket: "bucket", key: "k", range: nil).collected() == first + [2, 3])
            let edge = Int64(first.count - 1)..<Int64(first.count + 1)
            #expect(try await store.read(bucket: "bucket", key: "k", range: edge).collected() == [1, 2])
            let copied = try await store.copy(from: ("bucket", "k"), to: ("bucket", "c"), attributes: nil)
            #expect(copied.summary.etag == done.summary.etag)
            try await store.delete(bucket: "bucket", key: "k")
            #expect(try await store.read(bucket: "bucket", key: "c", range: nil).collected() == first + [2, 3])
            #expect(files(in: directory + "/bodies").count == 2)
        }
    }

    @Test func `An import reads one object, or all of a folder`() async throws {
        try await withStore { store, _ in
            for key in ["data/a.csv", "data/b/c.csv", "data.csv", "database.csv"] {
                _ = try await store.put(bucket: "bucket", key: key, attributes: .init(), body: body("x"))
            }
            _ = try await store.put(bucket: "bucket", key: "data/", attributes: .init(), body: body(""))
            func keys(_ text: String) async throws -> [String] {
                try await store.objects(at: S3Location(parsing: text)).map(\.key)
            }
            #expect(try await keys("s3://bucket/data.csv") == ["data.csv"])
            #expect(try await keys("s3://bucket/data/") == ["data/a.csv", "data/b/c.csv"])
            #expect(try await keys("s3://bucket/data") == ["data/a.csv", "data/b/c.csv"])
            #expect(try await keys("s3://bucket").count == 4)
            await #expect(throws: ObjectStorageError.noSuchKey("none")) { try await keys("s3://bucket/none") }
            await #expect(throws: ObjectStorageError.noSuchBucket("nothing")) { try await keys("s3://nothing/none") }
        }
    }
}
