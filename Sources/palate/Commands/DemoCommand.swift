import PersonalizeAPI
import ControlPlane
import ArgumentParser
import Datasets
import Foundation
import Logging
import PalateServer
import ServiceLifecycle

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the walk-through on MovieLens, from ratings to recommendations.",
        discussion: """
            Starts a server with an empty data directory on a free port and makes the calls of the managed service's \
            tutorial over HTTP. The ratings come from --data, else from the folder that PALATE_MOVIELENS names, else \
            from the cache, else from a download, else from a generator.
            """)

    @Option(help: "A folder with ratings.csv and movies.csv of MovieLens.")
    var data: String?

    @Option(help: "The user to recommend for. [default: the first of the data]")
    var user: String?

    @Option(help: "Only write the interactions to this CSV file, for palate train and palate evaluate.")
    var writeInteractions: String?

    func run() async throws {
        let source = try await DemoSource.find(
            directory: data, environment: ProcessInfo.processInfo.environment)
        if let writeInteractions {
            let catalogue = try DemoCatalogue(source, writingTo: URL(filePath: writeInteractions))
            return Terminal.note("Wrote \(catalogue.description)")
        }
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "palate-demo-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        Terminal.heading("Palate: the walk-through of the managed service, on this machine")
        let catalogue = try DemoCatalogue(source, writingTo: folder.appending(path: "interactions.csv"))
        Terminal.line("Data     \(catalogue.description)")

        try await withServer(in: folder) { walkthrough in
            try await run(walkthrough, on: catalogue)
        }
    }

    private func run(_ walkthrough: Walkthrough, on catalogue: DemoCatalogue) async throws {
        Terminal.line("Service  \(walkthrough.client.endpoint)")
        Terminal.heading("From ratings to a campaign")
        let resources = try await walkthrough.create(from: catalogue.interactions)

        Terminal.heading("GetSolutionMetrics")
        Self.show(try await walkthrough.metrics(resources), isMovieLens: catalogue.isMovieLens)

        let user = user ?? catalogue.firstUser
        Terminal.heading("User \(user) watched last")
        for (place, title) in catalogue.lastTitles(of: user, count: 5).enumerated() {
            Terminal.line(String(format: "  %2d  ", place + 1) + title)
        }
        Terminal.heading("GetRecommendations for user \(user)")
        for (place, item) in try await walkthrough.recommendations(for: user, resources).enumerated() {
            let title = catalogue.title(of: item.itemId ?? "")
            Terminal.line(String(format: "  %2d  %.4f  ", place + 1, item.score ?? 0) + title)
        }
        Terminal.heading("Cleaning up")
        try await walkthrough.cleanUp(resources)
        Terminal.line()
        Terminal.line("Nothing is left. `palate serve` starts the service for your own script.")
    }

    private static func show(_ metrics: [String: Double], isMovieLens: Bool) {
        Terminal.line("  metric                                        this run   published   ratio")
        for row in PublishedMetrics.rows {
            guard let value = metrics[row.name] else { continue }
            let name = row.name.padding(toLength: 44, withPad: " ", startingAt: 0)
            let ours = String(format: "%10.4f", value)
            let theirs =
                isMovieLens
                ? String(format: "  %10.4f  %5.2f×", row.published, value / row.published) : "           –       –"
            Terminal.line("  \(name)\(ours)\(theirs)")
        }
        Terminal.line()
        Terminal.line(
            isMovieLens
                ? "  Published: the managed service's own figures for this data and recipe, after 30 minutes of training."
                : "  The published figures are for MovieLens; this is a generated catalogue, so none stand beside it.")
    }

    private func withServer(in folder: URL, _ body: @escaping (Walkthrough) async throws -> Void) async throws {
        var settings = ServerSettings(dataDirectory: folder.appending(path: "state", directoryHint: .isDirectory))
        settings.port = 0
        let region = settings.controlPlane.region
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = try await PalateServer(settings: settings, logger: Logger(label: "palate")) { port in
            continuation.yield(port)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [server], logger: Logger(label: "palate")))
        let running = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        if let port = await ports.first(where: { _ in true }) {
            let progress = server.controlPlane.progress
            let client = WalkthroughClient(endpoint: "http://127.0.0.1:\(port)", region: region)
            let walkthrough = Walkthrough(client: client) { arn in
                progress.report(on: arn).map { ($0.fraction, $0.stage) }
            }
            let outcome: (any Error)?
            do {
                try await body(walkthrough)
                outcome = nil
            } catch {
                outcome = error
            }
            await group.triggerGracefulShutdown()
            if let outcome { throw outcome }
        }
        try await running.value
    }
}
