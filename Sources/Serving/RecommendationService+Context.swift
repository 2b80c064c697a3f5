import Datasets
import PersonalizeAPI

extension RecommendationService {
    /// Fields of events that say who, what and when, which a request's context cannot.
    private static let fieldsOfEveryEvent: Set<String> = ["USER_ID", "ITEM_ID", "TIMESTAMP"]

    /// Checks `context`, which recommenders that read it are given: its keys are fields of the Item interactions
    /// dataset, and its values could stand in them (developer guide, "Increasing recommendation relevance with contextual
    /// metadata").
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    func checkContext(_ context: [String: String]?, of campaign: LiveCampaign) throws {
        guard let context, !context.isEmpty,
            let schema = campaign.assortments.current.metadata.schema(of: .interactions)
        else { return }
        for (name, value) in context.sorted(by: { $0.key < $1.key }) {
            guard let field = schema[field: name], !Self.fieldsOfEveryEvent.contains(name) else {
                throw PersonalizeError.invalidInput(
                    "context has the key \(name), which is no metadata field of the Item interactions dataset.")
            }
            let fits =
                switch field.type {
                case .string: true
                case .int, .long: Int64(value) != nil
                case .float, .double: Double(value)?.isFinite ?? false
                case .boolean: ["true", "false"].contains(value.lowercased())
                }
            guard fits else {
                throw PersonalizeError.invalidInput(
                    "context has a value for \(name) that is not of the type \(field.type.rawValue).")
            }
        }
    }
}
