import Datasets
public import Foundation

/// The layout of a model directory:
///
///     model.json               ModelManifest
///     weights.safetensors      the recommender
///     catalogue.safetensors    item, user and event type identifiers
///     histories.safetensors    the users' training events, compressed sparse rows
///     objective.safetensors    what lists serve beside relevance, if they do
///     training.json            TrainingRecord: how the training went, for a plot
extension TrainedModel {
    private static let manifestName = "model.json"
    private static let weightsName = "weights.safetensors"
    private static let catalogueName = "catalogue.safetensors"
    private static let historiesName = "histories.safetensors"
    private static let objectiveName = "objective.safetensors"
    private static let trainingName = "training.json"

    /// Writes the model as a new directory.
    ///
    /// Everything is written and synced under a temporary name beside `directory`, which is then renamed: the directory
    /// is either whole or absent, at any moment and after a crash.
    ///
    /// - Throws: ``ModelError``; `alreadyExists` when there is something at `directory`.
    public func write(to directory: URL) throws(ModelError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: directory.path) else { throw .alreadyExists(path: directory.path) }
        let parent = directory.deletingLastPathComponent()
        let temporary = parent.appendingPathComponent(".\(directory.lastPathComponent).\(UUID().uuidString).partial")
        do {
            try files.createDirectory(at: temporary, withIntermediateDirectories: true)
            try writeFiles(in: temporary)
            try SyncedFile.syncDirectory(temporary)
            try files.moveItem(at: temporary, to: directory)
            try SyncedFile.syncDirectory(parent)
        } catch {
            try? files.removeItem(at: temporary)
            if let error = error as? ModelError { throw error }
            throw .unwritable(file: directory.lastPathComponent, reason: error.localizedDescription)
        }
    }

    private func writeFiles(in directory: URL) throws {
        try SafetensorsWriter.write(storable.tensors(), to: directory.appendingPathComponent(Self.weightsName))
        try SafetensorsWriter.write(
            items.tensors(named: "items") + users.tensors(named: "users") + eventTypes.tensors(named: "event_types"),
            to: directory.appendingPathComponent(Self.catalogueName))
        try SafetensorsWriter.write(
            [
                .init("offsets", histories.offsets.map(Int64.init)), .init("items", histories.items),
                .init("timestamps", histories.timestamps), .init("event_types", histories.eventTypes),
                .init("event_values", histories.eventValues),
            ], to: directory.appendingPathComponent(Self.historiesName))
        if let objective {
            try SafetensorsWriter.write(
                [.init("shares", objective.shares), .init("emphasis", [objective.emphasis])],
                to: directory.appendingPathComponent(Self.objectiveName))
        }
        if let training { try Self.write(training, to: directory.appendingPathComponent(Self.trainingName)) }
        try Self.write(manifest, to: directory.appendingPathComponent(Self.manifestName))
    }

    private static func write(_ value: some Encodable, to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = try SyncedFile(creating: url)
        try encoder.encode(value).withUnsafeBytes { try file.write($0) }
        try file.finish()
    }

    /// Reads a model directory; matrices stay in the mapped files.
    ///
    /// - Throws: ``ModelError`` for anything that is missing, damaged or of another format.
    public init(contentsOf directory: URL) throws(ModelError) {
        let manifest = try Self.manifest(in: directory)
        guard let algorithm = Algorithm(rawValue: manifest.recipe) else { throw .unknownRecipe(manifest.recipe) }
        guard manifest.format == algorithm.modelFormat else {
            throw .unsupportedFormat(version: manifest.format)
        }

        let catalogue = try SafetensorsFile(contentsOf: directory.appendingPathComponent(Self.catalogueName))
        let items = try Vocabulary(named: "items", in: catalogue, fileName: Self.catalogueName)
        let users = try Vocabulary(named: "users", in: catalogue, fileName: Self.catalogueName)
        let eventTypes = try Vocabulary(named: "event_types", in: catalogue, fileName: Self.catalogueName)

        let file = try SafetensorsFile(contentsOf: directory.appendingPathComponent(Self.historiesName))
        guard
            let histories = UserHistories(
                offsets: try file.array("offsets", of: Int64.self, count: users.count + 1).map(Int.init),
                items: try file.array("items", of: UInt32.self),
                timestamps: try file.array("timestamps", of: Int64.self),
                eventTypes: try file.array("event_types", of: UInt16.self),
                eventValues: try file.array("event_values", of: Float.self), itemCount: items.count)
        else { throw .damaged(file: Self.historiesName, reason: "the columns do not fit together") }

        let weights = try SafetensorsFile(contentsOf: directory.appendingPathComponent(Self.weightsName))
        let recommender: any StorableRecommender
        switch algorithm {
        case .userPersonalization:
            recommender = try UserPersonalization(file: weights, items: items, eventTypes: eventTypes)
        case .userPersonalizationV2:
            recommender = try TransformerPersonalization(file: weights, items: items, eventTypes: eventTypes)
        case .popularity: recommender = try Popularity(file: weights, items: items, eventTypes: eventTypes)
        case .similarItems, .sims: recommender = try RelatedItems(file: weights, items: items, eventTypes: eventTypes)
        case .trendingNow: recommender = try TrendingNow(file: weights, items: items, eventTypes: eventTypes)
        case .nextBestAction: recommender = try NextBestAction(file: weights, items: items, eventTypes: eventTypes)
        case .itemAffinity, .itemAttributeAffinity:
            recommender = try ItemAffinity(file: weights, items: items, eventTypes: eventTypes)
        case .weightedRating: recommender = try WeightedRating(file: weights, items: items, eventTypes: eventTypes)
        case .ease: recommender = try ShallowAutoencoder(file: weights, items: items, eventTypes: eventTypes)
        case .als: recommender = try ImplicitALS(file: weights, items: items, eventTypes: eventTypes)
        case .itemKNN: recommender = try ItemKNN(file: weights, items: items, eventTypes: eventTypes)
        case .userKNN: recommender = try UserKNN(file: weights, items: items, eventTypes: eventTypes)
        case .contentBased: recommender = try ContentBased(file: weights, items: items, eventTypes: eventTypes)
        case .semanticSimilarity:
            recommender = try SemanticSimilarity(file: weights, items: items, eventTypes: eventTypes)
        case .neuralClassifier:
            recommender = try NeuralClassifier(file: weights, items: items, eventTypes: eventTypes)
        }
        self.init(
            manifest: manifest, algorithm: algorithm, storable: recommender, users: users, eventTypes: eventTypes,
            histories: histories, objective: try Self.objective(in: directory, itemCount: items.count),
            training: try Self.trainingRecord(in: directory))
    }

    private static func objective(in directory: URL, itemCount: Int) throws(ModelError) -> ObjectiveRanking? {
        let url = directory.appendingPathComponent(objectiveName)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let file = try SafetensorsFile(contentsOf: url)
        let emphasis = try file.array("emphasis", of: Float.self, count: 1)
        guard
            let objective = ObjectiveRanking(
                shares: try file.array("shares", of: Float.self, count: itemCount), emphasis: emphasis.first ?? -1,
                itemCount: itemCount)
        else { throw .damaged(file: objectiveName, reason: "its numbers are not from 0 to 1") }
        return objective
    }

    static func manifest(in directory: URL) throws(ModelError) -> ModelManifest {
        guard let manifest = try read(ModelManifest.self, from: manifestName, in: directory) else {
            throw .missing(file: manifestName)
        }
        return manifest
    }

    static func trainingRecord(in directory: URL) throws(ModelError) -> TrainingRecord? {
        try read(TrainingRecord.self, from: trainingName, in: directory)
    }

    /// Nil when there is no such file.
    private static func read<Value: Decodable>(
        _ type: Value.Type, from name: String, in directory: URL
    ) throws(ModelError) -> Value? {
        let url = directory.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw .unreadable(file: name, reason: error.localizedDescription)
        }
        do { return try JSONDecoder().decode(type, from: data) } catch {
            throw .damaged(file: name, reason: "not the expected JSON")
        }
    }
}

extension Vocabulary {
    /// All identifiers as one run of UTF-8, and where each begins and ends in it.
    fileprivate func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
        var bytes: [UInt8] = []
        var offsets: [Int64] = [0]
        for identifier in identifiers {
            bytes.append(contentsOf: identifier.utf8)
            offsets.append(Int64(bytes.count))
        }
        return [.init("\(name).offsets", offsets), .init("\(name).utf8", bytes)]
    }

    fileprivate init(named name: String, in file: SafetensorsFile, fileName: String) throws(ModelError) {
        let bytes = try file.array("\(name).utf8", of: UInt8.self)
        let offsets = try file.array("\(name).offsets", of: Int64.self)
        guard offsets.first == 0, offsets.last == Int64(bytes.count),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .damaged(file: fileName, reason: "'\(name)' does not fit together") }
        self.init(
            zip(offsets, offsets.dropFirst()).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) })
        guard count == offsets.count - 1 else {
            throw .damaged(file: fileName, reason: "'\(name)' holds an identifier twice")
        }
    }
}
