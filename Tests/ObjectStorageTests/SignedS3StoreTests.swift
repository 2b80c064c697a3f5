import Foundation
import Hummingbird
import NIOCore
import ObjectStorage
import PalateServer
import ServiceLifecycle
import Testing

/// The outside store against this package's own S3 surface, over a socket.
@Suite struct SignedS3StoreTests {
    private func withOutsideStore(_ work: @escaping @Sendable (SignedS3Store, EmbeddedObjectStore) async throws -> Void)
        async throws
    {
        try await withStore { embedded, _ in
            let (ports, announce) = AsyncStream<Int>.makeStream()
            let application = Application(
                responder: S3Service(store: embedded), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in announce.yield(channel.localAddress?.port ?? 0) })
            let group = ServiceGroup(services: [application], logger: application.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                guard let port = await ports.first(where: { _ in true }) else { return }
                let outside = try SignedS3Store(
                    endpoint: "http://127.0.0.1:\(port)", credentials: .init(accessKey: "a", secretKey: "b"))
                try await work(outside, embedded)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `Objects go there and come back, small and in parts`() async throws {
        try await withOutsideStore { outside, embedded in
            var random = SeededGenerator(seed: 61)
            let block = random.bytes(1 << 20)
            for (key, count) in [("a b/ü+%.csv", 0), ("small", 1), ("large", 35)] {
                let written = try await outside.write(
                    bucket: "bucket", key: key, contentType: "text/csv",
                    body: body(Array(repeating: block, count: count)))
                #expect(written.size == Int64(count << 20))
                #expect(written.contentType == "text/csv")
                #expect(
                    try await embedded.object(bucket: "bucket", key: key).parts.count == (count > 16 ? 3 : 0))
                let back = try await outside.read(bucket: "bucket", key: key, range: nil).collected()
                #expect(back.count == count << 20)
                #expect(back.prefix(1 << 20).elementsEqual(count == 0 ? [] : block))
            }
            let range = Int64(3 << 20) - 2..<Int64(3 << 20) + 2
            #expect(
                try await outside.read(bucket: "bucket", key: "large", range: range).collected()
                    == block.suffix(2) + block.prefix(2))
        }
    }

    @Test func `Listings come in pages and deletions take effect`() async throws {
        try await withOutsideStore { outside, embedded in
            let keys = ["p/1", "p/2 ü", "p/3+", "q"]
            for key in keys {
                _ = try await embedded.put(bucket: "bucket", key: key, attributes: .init(), body: body("x"))
            }
            var found: [String] = []
            var token: String?
            repeat {
                let page = try await outside.list(bucket: "bucket", prefix: "p/", after: token, limit: 2)
                found += page.objects.map(\.key)
                token = page.nextToken
            } while token != nil
            #expect(found == ["p/1", "p/2 ü", "p/3+"])
            try await outside.delete(bucket: "bucket", key: "p/2 ü")
            #expect(try await outside.objects(at: S3Location(parsing: "s3://bucket/p")).map(\.key) == ["p/1", "p/3+"])
        }
    }

    @Test func `Refusals there are refusals here`() async throws {
        try await withOutsideStore { outside, embedded in
            await #expect(throws: ObjectStorageError.noSuchKey("none")) {
                _ = try await outside.read(bucket: "bucket", key: "none", range: nil)
            }
            await #expect(throws: ObjectStorageError.noSuchKey("none")) {
                _ = try await outside.head(bucket: "bucket", key: "none")
            }
            await #expect(throws: ObjectStorageError.noSuchBucket("nothing")) {
                _ = try await outside.list(bucket: "nothing", prefix: "", after: nil, limit: 10)
            }
            #expect(try await outside.policy(ofBucket: "bucket") == nil)
            try await embedded.setSetting(.policy, to: "{}", ofBucket: "bucket")
            #expect(try await outside.policy(ofBucket: "bucket") == "{}")
        }
    }

    @Test(arguments: ["", "127.0.0.1:9000", "ftp://host", "http://"])
    func `An endpoint that is no web address is refused`(endpoint: String) {
        #expect(throws: ObjectStorageError.self) {
            try SignedS3Store(endpoint: endpoint, credentials: .init(accessKey: "a", secretKey: "b"))
        }
    }
}
