import Datasets
import Testing

@Suite struct SelectionTests {
    @Test func everyColumnKeepsTheChosenEventsInOrder() throws {
        let device = MetadataColumn(
            field: try #require(
                try DatasetSchema(json: Self.schema).metadataFields.first { $0.name == "DEVICE" }),
            values: .text(["tv", "phone", "tv", "web"]))
        let all = Interactions(
            users: Vocabulary(["a", "b"]), items: Vocabulary(["x", "y"]), eventTypes: Vocabulary(["watch", "click"]),
            userIndices: [0, 1, 0, 1], itemIndices: [0, 1, 1, 0], timestamps: [1, 2, 3, 4],
            eventTypeIndices: [0, 1, 0, 1], eventValues: [0.5, 1, 2, 4], contextColumns: [device])
        let chosen = all.filtered { $0 != 1 }
        #expect(chosen.userIndices == [0, 0, 1])
        #expect(chosen.itemIndices == [0, 1, 0])
        #expect(chosen.timestamps == [1, 3, 4])
        #expect(chosen.eventTypeIndices == [0, 0, 1])
        #expect(chosen.eventValues == [0.5, 2, 4])
        guard case .text(let devices) = try #require(chosen.contextColumns.first).values else {
            Issue.record("the column changed its kind")
            return
        }
        #expect(devices == ["tv", "tv", "web"])
    }

    private static let schema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"}, {"name": "DEVICE", "type": "string"}], "version": "1.0"}
        """
}
