import Datasets
import Filters
import Recommenders

/// What a filter of a campaign would do with one item for one user.
struct FilterEffect: Encodable {
    let expression: String
    let keepsItem: Bool
    /// Items of the model that pass.
    let keptItems: Int

    /// - Parameter values: Of the parameters; those that are no parameters of this filter are left out.
    /// - Throws: `CommandFailure` for what is wrong with the expression or the values.
    init(
        of text: String, values: [String: String], on item: Int, of model: TrainedModel, history: History,
        user: String?, metadata: TrainingMetadata
    ) throws {
        expression = text
        do {
            let filter = try FilterExpression(parsing: text)
            guard filter.subject == .item else {
                throw CommandFailure("the filter '\(text)' does not filter items")
            }
            try Self.checkColumns(filter, metadata)
            let compiled = CompiledFilter(
                filter, catalogue: FilterCatalogue(items: model.items, metadata: metadata.items))
            let known = values.filter { filter.parameters.contains($0.key) }
            let allowed = try compiled.allowedItems(
                for: FilterContext(
                    history: history, eventTypes: model.eventTypes, users: metadata.users, user: user),
                values: known)
            keepsItem = allowed.contains(item)
            keptItems = allowed.count
        } catch let mistake as FilterMistake {
            throw CommandFailure("the filter '\(text)' is not valid: \(mistake)")
        } catch let mistake as FilterValueError {
            throw CommandFailure("the filter '\(text)' cannot be used: \(mistake)")
        }
    }

    /// A campaign's filter is checked against schemas; here the files are what is known.
    private static func checkColumns(_ filter: FilterExpression, _ metadata: TrainingMetadata) throws {
        for field in filter.datasetFields.sorted() {
            let parts = field.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let (dataset, column) = (parts[0], parts[1])
            let (table, option, identifier): (MetadataTable?, String, String)
            switch dataset.lowercased() {
            case "items": (table, option, identifier) = (metadata.items, "--items", "ITEM_ID")
            case "users": (table, option, identifier) = (metadata.users, "--users", "USER_ID")
            default: continue
            }
            guard column != identifier, table?[column: column] == nil else { continue }
            throw CommandFailure(
                table == nil
                    ? "the filter uses \(field): give the file that has it with \(option)"
                    : "the filter uses \(field), but the file of \(option) has no column \(column)")
        }
    }
}
