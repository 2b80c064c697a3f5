import Datasets
import Foundation
import Recommenders
import Synchronization

/// One training on a generated catalogue: what it announces, what it takes and how long.
struct MeasuredTraining: Codable, Sendable {
    /// The size of the catalogue.
    struct Size: Codable, Sendable, Equatable {
        var users: Int
        var items: Int
        var interactions: Int
    }

    let recipe: String
    let size: Size
    let seconds: Double
    /// Seconds of all processor cores together, which other work on the machine hardly changes.
    let processorSeconds: Double
    /// The greatest bound that the training announced, in bytes beyond the data.
    let announcedBytes: Int
    /// The resident memory that it added at its peak.
    let peakBytes: Int

    /// Short trainings are repeated for so many seconds, and the shortest counts.
    private static let leastSeconds = 0.4

    private static let warmUp = Size(users: 100, items: 50, interactions: 2_000)

    /// The recipes that are measured: one for each way of training.
    static let algorithms = Algorithm.allCases.filter { $0 != .itemAttributeAffinity }

    /// How often an algorithm goes over the data when it is measured at several sizes. By default it stops when it gets no
    /// better, which is sooner or later from one size to the next, and takes minutes.
    static func passes(of algorithm: Algorithm) -> [String: String] {
        switch algorithm {
        case .userPersonalizationV2: ["epochs": "2"]
        case .neuralClassifier: ["max_epochs": "2"]
        default: [:]
        }
    }

    /// The catalogue as data for an algorithm, with what is known of its items and users.
    static func data(
        for algorithm: Algorithm, _ size: Size, seed: UInt64
    ) throws -> (interactions: Interactions, metadata: TrainingMetadata) {
        let world = GeneratedWorld(
            .init(users: size.users, items: size.items, events: size.interactions, seed: seed))
        var interactions = world.interactions()
        switch algorithm {
        case .nextBestAction: interactions.eventTypes = Vocabulary(["Viewed", "Not taken", "Taken"])
        case .weightedRating:
            interactions.eventValues = interactions.itemIndices.indices.map { Float(1 + $0 % 5) }
        default: break
        }
        let items = (0..<size.items).map { index in
            let item = world.item(index)
            return [
                "ITEM_ID": item.identifier, "TITLE": item.title, "GENRES": item.genres.joined(separator: "|"),
                "PRICE": "\(item.price)", "CREATION_TIMESTAMP": "\(item.creationTimestamp)",
            ]
        }
        let users = (0..<size.users).map { index in
            let user = world.user(index)
            return ["USER_ID": user.identifier, "AGE": "\(user.age)", "MEMBERSHIP": user.membership]
        }
        return (
            interactions,
            TrainingMetadata(
                items: try MetadataTable(records: items, schema: DatasetSchema(json: GeneratedWorld.itemsSchema)),
                users: try MetadataTable(records: users, schema: DatasetSchema(json: GeneratedWorld.usersSchema)))
        )
    }

    /// Trains in this process.
    init(_ algorithm: Algorithm, hyperparameters: [String: String], size: Size, seed: UInt64) throws {
        let (interactions, metadata) = try Self.data(for: algorithm, size, seed: seed)
        let announced = Mutex(0.0)
        var options = TrainingOptions(seed: seed) { progress in
            announced.withLock { $0 = max($0, progress.measurements[TrainingOptions.memoryMeasurement] ?? 0) }
        }
        options.metadata = metadata
        let clock = ContinuousClock()
        func train() throws -> (wall: Double, processor: Double) {
            let (start, used) = (clock.now, ProcessorTime.seconds)
            let model = try algorithm.train(on: interactions, hyperparameters: hyperparameters, options: options)
            return withExtendedLifetime(model) {
                ((clock.now - start) / .seconds(1), ProcessorTime.seconds - used)
            }
        }
        // Code, threads and what the allocator sets up are not the training's.
        let (few, described) = try Self.data(for: algorithm, Self.warmUp, seed: seed)
        var small = TrainingOptions(seed: seed)
        small.metadata = described
        _ = try algorithm.train(on: few, hyperparameters: hyperparameters, options: small)
        let memory = ResidentMemory()
        var shortest = try train()
        peakBytes = memory.peak
        var total = shortest.processor
        while total < Self.leastSeconds {
            let time = try train()
            shortest = (min(shortest.wall, time.wall), min(shortest.processor, time.processor))
            total += max(time.processor, 1e-3)
        }
        recipe = algorithm.rawValue
        self.size = size
        (seconds, processorSeconds) = shortest
        announcedBytes = Int(announced.withLock { $0 })
    }

    /// Trains in a process of its own, whose memory is that of the training alone.
    static func inChild(_ recipe: String, hyperparameters: [String: String], size: Size, seed: UInt64) throws -> Self {
        guard let program = Bundle.main.executableURL else { throw CommandFailure("this program cannot find itself") }
        let process = Process()
        process.executableURL = program
        process.arguments =
            [
                "bench", "training", "--recipe", recipe, "--users", "\(size.users)", "--items", "\(size.items)",
                "--interactions", "\(size.interactions)", "--seed", "\(seed)", "--output", "json",
            ] + hyperparameters.sorted { $0.key < $1.key }.flatMap { ["--hyperparameter", "\($0.key)=\($0.value)"] }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailure("training \(recipe) failed with status \(process.terminationStatus)")
        }
        return try JSONDecoder().decode(Self.self, from: data)
    }
}
