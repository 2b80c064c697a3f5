import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import PersonalizeAPI

/// `palate bench serve`: GetRecommendations per second, and how long an answer takes.
struct BenchServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Send GetRecommendations to a server of its own and time the answers.",
        discussion: """
            Generates a catalogue, imports it, trains and deploys, all through the API of a server process on this \
            machine; then sends requests, and as many for fixed bytes (GET /health), which cost the same HTTP. With \
            --data-dir everything is kept, and the same catalogue is not made again.
            """)

    @Option(help: "How many items to generate.")
    var items = 10_000

    @Option(help: "How many users to generate.")
    var users = 20_000

    @Option(help: "How many interactions to generate.")
    var interactions = 1_000_000

    @Option(help: "The recipe to train.")
    var recipe = "palate-als"

    @Option(help: "A hyperparameter of the recipe, as name=value; can be repeated.")
    var hyperparameter: [String] = ["regularization=0.01", "iterations=6"]

    @Option(help: "How many items to ask for.")
    var numResults = 10

    @Option(help: "The seed of the catalogue and of the order of users.")
    var seed: UInt64 = 1

    @Option(help: "Where the server keeps its state. [default: a directory that is removed]")
    var dataDir: String?

    @Flag(help: "Print where the time of a request goes.")
    var profile = false

    @Flag(help: "Only make the catalogue, and write the requests' bodies to bodies.txt in --data-dir.")
    var prepareOnly = false

    @OptionGroup var load: LoadOptions

    func validate() throws {
        for (name, value, range) in [
            ("items", items, 1...100_000_000), ("users", users, 1...100_000_000),
            ("interactions", interactions, 1_000...1_000_000_000), ("num-results", numResults, 1...500),
        ]
        where !range.contains(value) {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        if prepareOnly, dataDir == nil { throw ValidationError("--prepare-only needs --data-dir.") }
    }

    func run() async throws {
        let directory =
            dataDir.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "palate-bench-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { if dataDir == nil { try? FileManager.default.removeItem(at: directory) } }
        var catalogue = ServingCatalogue(
            recipe: recipe, hyperparameters: try hyperparameters(), items: items, users: users,
            interactions: interactions, seed: seed)
        let state = directory.appending(path: "state", directoryHint: .isDirectory)
        if let known = catalogue.known(in: directory) {
            catalogue = known
        } else {
            let server = try await ServerProcess(dataDirectory: state)
            defer { server.stop() }
            catalogue = try await catalogue.create(on: server, in: directory)
        }
        let bodies = catalogue.bodies(count: 4_096, numResults: numResults)
        if prepareOnly {
            let file = directory.appending(path: "bodies.txt")
            return try Data((bodies.joined(separator: "\n") + "\n").utf8).write(to: file)
        }
        let server = try await ServerProcess(dataDirectory: state)
        defer { server.stop() }
        guard let target = LoadTarget(server.endpoint + GetRecommendations.path),
            let fixed = LoadTarget(server.endpoint + "/health")
        else { throw CommandFailure("The server listens on \(server.endpoint).") }
        let before = try await StageReading(of: server.endpoint)
        let recommendations = try await measure(bodies.map(target.post), target, server)
        let stages = try await StageReading(of: server.endpoint).since(before)
        let report = ServingReport(
            catalogue: catalogue, startSeconds: server.startSeconds, recommendations: recommendations,
            fixedBytes: try await measure([fixed.get], fixed, server), residentBytes: server.residentBytes,
            stages: profile ? stages : nil,
            limits: profile ? try PhysicalLimits(scanBytes: items * Self.bytesPerItem) : nil)
        try load.output.write(report, text: report.text)
    }

    /// Of a list by vectors of 64 dimensions, at a byte a number and four for the scale.
    private static let bytesPerItem = 68

    private func measure(
        _ requests: [ByteBuffer], _ target: LoadTarget, _ server: ServerProcess
    ) async throws -> ServingReport.Part {
        let before = server.processorSeconds
        let report = try await load.plan(requests).run(host: target.host, port: target.port)
        var used: Double?
        if let before, let after = server.processorSeconds { used = after - before }
        // Warming up takes as much a request.
        let sent = Double(report.answers) * Double(load.seconds + load.warmup) / Double(load.seconds)
        return ServingReport.Part(load: report, processorMicroseconds: used.map { $0 / sent * 1e6 })
    }

    private func hyperparameters() throws -> [String: String] {
        try Dictionary(
            hyperparameter.map { text in
                let parts = text.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw ValidationError("--hyperparameter must look like name=value.") }
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
    }
}

/// The sums of a server's stages at one moment.
private struct StageReading {
    static let names = ["signature", "parse", "history", "filter", "score", "encode"]
    private var seconds: [String: Double] = [:]
    private var counts: [String: Double] = [:]

    init(of endpoint: String) async throws {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: endpoint + "/metrics"), timeout: .seconds(10))
        let text = String(buffer: try await response.body.collect(upTo: 16 << 20))
        for line in text.split(separator: "\n") {
            guard let match = line.wholeMatch(of: /palate_request_stage(_seconds|s)_total\{stage="(\w+)"\} (\S+)/),
                let value = Double(match.3)
            else { continue }
            if match.1 == "s" { counts[String(match.2)] = value } else { seconds[String(match.2)] = value }
        }
    }

    /// Microseconds a request by stage, of those that came between.
    func since(_ before: StageReading) -> [String: Double] {
        // Every request is parsed once.
        let requests = (counts["parse"] ?? 0) - (before.counts["parse"] ?? 0)
        guard requests > 0 else { return [:] }
        return seconds.reduce(into: [:]) { times, entry in
            times[entry.key] = (entry.value - (before.seconds[entry.key] ?? 0)) / requests * 1e6
        }
    }
}

struct ServingReport: Encodable {
    struct Part: Encodable {
        let load: LoadReport
        /// Of the server, a request; nil where the system does not tell.
        let processorMicroseconds: Double?

        var text: String {
            let cost = processorMicroseconds.map {
                "\nserver            " + String(format: "%.0f µs of processor time a request", $0)
            }
            return load.text + (cost ?? "")
        }
    }

    let catalogue: ServingCatalogue
    let startSeconds: Double
    let recommendations: Part
    let fixedBytes: Part
    let residentBytes: Int?
    /// Microseconds a request; nil when nobody asked.
    let stages: [String: Double]?
    let limits: PhysicalLimits?

    var text: String {
        let ratio = recommendations.load.answersPerSecond / fixedBytes.load.answersPerSecond
        let memory = residentBytes.map { String(format: ", %.0f MiB of memory", Double($0) / 1_048_576) } ?? ""
        return """
            \(catalogue.recipe), \(catalogue.items) items, \(catalogue.users) users
            ready after       \(String(format: "%.2f s", startSeconds))\(memory)

            GetRecommendations
            \(recommendations.text)

            fixed bytes (GET /health)
            \(fixedBytes.text)

            GetRecommendations answers \(String(format: "%.2f", ratio)) times as many requests as fixed bytes.
            """ + profileText
    }

    private var profileText: String {
        guard let stages else { return "" }
        var rows = StageReading.names.compactMap { name in stages[name].map { (name, $0) } }
        if let whole = recommendations.processorMicroseconds {
            rows.append(("HTTP, and what lies between", whole - rows.reduce(0) { $0 + $1.1 }))
            rows.append(("processor time, whole", whole))
        }
        let lines = rows.map { PhysicalLimits.line($0, $1) }
        return "\n\nWhere the time of a request goes\n" + lines.joined(separator: "\n")
            + (limits.map { "\n\n\($0.text)" } ?? "")
    }
}
