import Datasets
import PersonalizeAPI

extension RecommendationService {
    /// The most columns of metadata that a request may ask for.
    static let maximumMetadataColumns = 10
    /// The most items of an answer, or of a list to be ranked, with metadata.
    static let maximumResultsWithMetadata = 50

    /// Columns of the Items dataset that a request asks for, checked.
    struct MetadataSelection {
        let columns: [String]
        fileprivate let table: MetadataTable?
    }

    /// Checks `metadataColumns` (API reference, "GetRecommendations"; developer guide, "Item metadata in
    /// recommendations").
    ///
    /// - Parameters:
    ///   - items: How many items the answer may have.
    ///   - name: What the request calls that number.
    /// - Returns: Nil when the request asks for no metadata.
    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    func metadataSelection(
        _ asked: [String: [String]]?, of campaign: LiveCampaign, items: Int, named name: String
    ) throws -> MetadataSelection? {
        guard let asked, !asked.isEmpty else { return nil }
        for key in asked.keys where DatasetType(name: key) != .items {
            throw PersonalizeError.invalidInput("metadataColumns has the key \(key); it must be ITEMS.")
        }
        guard campaign.offersMetadata else {
            throw PersonalizeError.invalidInput(
                "metadataColumns is given, but enableMetadataWithRecommendations is not true for the campaign or "
                    + "recommender.")
        }
        var seen: Set<String> = []
        let columns = asked.values.joined().filter { seen.insert($0).inserted }
        guard columns.count <= Self.maximumMetadataColumns else {
            throw PersonalizeError.invalidInput(
                "metadataColumns has \(columns.count) columns; it can have \(Self.maximumMetadataColumns) at most.")
        }
        let metadata = campaign.assortments.current.metadata
        guard let schema = metadata.schema(of: .items) else {
            throw PersonalizeError.invalidInput("metadataColumns is given, but there is no Items dataset.")
        }
        for column in columns where schema[field: column] == nil {
            throw PersonalizeError.invalidInput(
                "metadataColumns has the column \(column), which the Items dataset does not have.")
        }
        guard items <= Self.maximumResultsWithMetadata else {
            throw PersonalizeError.invalidInput(
                "\(name) is \(items); with metadataColumns it must be at most \(Self.maximumResultsWithMetadata).")
        }
        return MetadataSelection(columns: columns, table: metadata.items)
    }

    /// What the Items dataset says of an item in the selected columns, nulls left out; nil when nothing is selected or
    /// the dataset does not have the item. O(columns).
    func itemMetadata(for item: String, _ selection: MetadataSelection?) -> [String: String]? {
        guard let selection, let table = selection.table, let row = table.row(of: item) else { return nil }
        var values: [String: String] = [:]
        for name in selection.columns {
            let text = name == table.type.subjectField ? item : table[column: name]?.text(ofRow: row) ?? ""
            if !text.isEmpty { values[name] = text }
        }
        return values
    }
}
