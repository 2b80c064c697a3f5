import Datasets
import Foundation
import Recommenders

/// A small world in which items follow each other, with or without repeats.
func sampleInteractions(users: Int = 120, items: Int = 60, events: Int = 2_400, seed: UInt64 = 3) -> Interactions {
    var configuration = GeneratedWorld.Configuration(users: users, items: items, events: events, seed: seed)
    configuration.tastes = 4
    return GeneratedWorld(configuration).interactions()
}

/// What is known of the items of ``sampleInteractions(users:items:events:seed:)``.
func sampleMetadata(items: Int = 60, seed: UInt64 = 3) throws -> TrainingMetadata {
    let world = GeneratedWorld(.init(items: items, seed: seed))
    let schema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": "string", "categorical": true},
        {"name": "TITLE", "type": "string", "textual": true}], "version": "1.0"}
        """
    let rows = (0..<items).map { index in
        let item = world.item(index)
        return ["ITEM_ID": item.identifier, "GENRES": item.genres.joined(separator: "|"), "TITLE": item.title]
    }
    return TrainingMetadata(items: try MetadataTable(records: rows, schema: try DatasetSchema(json: schema)))
}

/// Events by user, item, time and type.
func interactions(_ events: [(String, String, Int64, String?)]) -> Interactions {
    var interactions = Interactions(eventTypeIndices: events.contains { $0.3 != nil } ? [] : nil)
    for (user, item, time, type) in events {
        interactions.userIndices.append(UInt32(interactions.users.insert(user)))
        interactions.itemIndices.append(UInt32(interactions.items.insert(item)))
        interactions.timestamps.append(time)
        if let type { interactions.eventTypeIndices?.append(UInt16(interactions.eventTypes.insert(type))) }
    }
    return interactions
}

@discardableResult
func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("palate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
}
