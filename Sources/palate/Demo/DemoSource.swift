import NIOHTTP1
import AsyncHTTPClient
import Crypto
import Datasets
import Foundation
import NIOCore

/// Where the demo's ratings come from.
enum DemoSource {
    case movieLens(MovieLens, describedAs: String)
    case generated(GeneratedWorld)

    /// The first of: `--data`, `PALATE_MOVIELENS`, the cache, a download, a generated catalogue.
    ///
    /// - Parameter directory: `--data`; when it is given, it must be readable.
    static func find(directory: String?, environment: [String: String]) async throws -> DemoSource {
        if let directory { return try movieLens(in: directory, from: "--data") }
        if let directory = environment["PALATE_MOVIELENS"], !directory.isEmpty {
            return try movieLens(in: directory, from: "PALATE_MOVIELENS")
        }
        let cache = MovieLensCache(environment: environment)
        if cache.isComplete { return try movieLens(in: cache.directory.path, from: "the cache") }
        do {
            Terminal.note("Downloading MovieLens small from GroupLens to \(cache.directory.path)")
            try await cache.fill()
            return try movieLens(in: cache.directory.path, from: "a download from GroupLens")
        } catch {
            Terminal.note("The download did not succeed: \(error)")
        }
        return .generated(GeneratedWorld())
    }

    private static func movieLens(in directory: String, from origin: String) throws -> DemoSource {
        do {
            let data = try MovieLens(directory: URL(filePath: directory, directoryHint: .isDirectory))
            return .movieLens(data, describedAs: "MovieLens small, from \(origin) (\(directory))")
        } catch {
            throw CommandFailure("\(origin) names \(directory): \(error)")
        }
    }
}

/// MovieLens small in the user's cache folder.
struct MovieLensCache {
    static let address = "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip"
    static let timeLimit = TimeAmount.seconds(20)
    static let maximumArchiveBytes = 8 << 20

    /// SHA-256 of the files of the release of September 2018.
    static let checksums = [
        "movies.csv": "5a5f32dd9bb3797b8e728a1b98958789d2b13f294a69fdfbc5727f8a9611aa07",
        "ratings.csv": "aa289ca83157595d0df6aea1be6a4ded676ddc4385472e8313a8ed9805352646",
    ]

    let directory: URL

    init(environment: [String: String]) {
        let base =
            environment["XDG_CACHE_HOME"].map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache", directoryHint: .isDirectory)
        directory = base.appending(path: "palate/ml-latest-small", directoryHint: .isDirectory)
    }

    var isComplete: Bool { Self.checksums.keys.allSatisfy { (try? Self.verify($0, in: directory)) != nil } }

    /// Downloads, unpacks and verifies; the cache folder appears whole or not at all.
    func fill() async throws {
        let files = FileManager.default
        let parent = directory.deletingLastPathComponent()
        let unpacked = parent.appending(path: "unpacking-\(UUID().uuidString)", directoryHint: .isDirectory)
        try files.createDirectory(at: unpacked, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: unpacked) }

        let archive = unpacked.appending(path: "ml-latest-small.zip")
        try await Self.download(to: archive)
        try Self.unzip(archive, into: unpacked)
        let content = unpacked.appending(path: "ml-latest-small", directoryHint: .isDirectory)
        for file in Self.checksums.keys.sorted() { try Self.verify(file, in: content) }
        if files.fileExists(atPath: directory.path) { try files.removeItem(at: directory) }
        try files.moveItem(at: content, to: directory)
    }

    private static func download(to file: URL) async throws {
        let request = HTTPClientRequest(url: address)
        let response = try await HTTPClient.shared.execute(request, timeout: timeLimit)
        guard response.status == .ok else { throw CommandFailure("the server answered \(response.status.code)") }
        let body = try await response.body.collect(upTo: maximumArchiveBytes)
        try Data(body.readableBytesView).write(to: file)
    }

    private static func unzip(_ archive: URL, into directory: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["unzip", "-q", "-o", archive.path, "-d", directory.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailure("unzip could not unpack the archive") }
    }

    private static func verify(_ file: String, in directory: URL) throws {
        let content = try Data(contentsOf: directory.appending(path: file))
        let digest = SHA256.hash(data: content).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        guard digest.joined() == checksums[file] else { throw CommandFailure("\(file) has another checksum") }
    }
}
