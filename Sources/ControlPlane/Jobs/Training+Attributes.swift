import Datasets
import GRDB

extension Training {
    /// What aws-item-attribute-affinity needs: an items dataset with a column that is neither textual nor reserved
    /// (developer guide, "Item-Attribute-Affinity recipe").
    ///
    /// - Throws: ``JobFailure`` when it is missing.
    func checkItemsHaveAttributes(_ group: String) async throws {
        guard let dataset = try await controlPlane.dataset(.items, ofGroup: group) else {
            throw JobFailure(reason: "The recipe aws-item-attribute-affinity needs an items dataset.")
        }
        let contents = DatasetContents(controlPlane: controlPlane)
        let schema = try await contents.schema(of: dataset)
        guard schema.fields.contains(where: { $0.name != "ITEM_ID" && !$0.isTextual && !$0.isTimestamp }) else {
            throw JobFailure(
                reason: "The recipe aws-item-attribute-affinity needs an items dataset with a column that is neither "
                    + "textual nor reserved.")
        }
        guard try await contents.metadata(of: dataset) != nil else {
            throw JobFailure(reason: "The recipe aws-item-attribute-affinity needs items in the items dataset.")
        }
    }
}
