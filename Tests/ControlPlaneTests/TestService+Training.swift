import ControlPlane
import PersonalizeAPI

extension TestService {
    static let userPersonalization = "arn:aws:personalize:::recipe/aws-user-personalization"
    static let popularity = "arn:aws:personalize:::recipe/aws-popularity-count"

    static let itemsSchema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "PRICE", "type": "float"},
        {"name": "DISCOUNT", "type": ["null", "float"]},
        {"name": "GENRES", "type": "string", "categorical": true}], "version": "1.0"}
        """

    /// Thirty items, the later the dearer.
    static let itemsCSV: String = {
        let rows = (0..<30).map { "i\($0),\(1 + $0),,Drama" }
        return (["ITEM_ID,PRICE,DISCOUNT,GENRES"] + rows).joined(separator: "\n") + "\n"
    }()

    func createItems(in group: String) async throws -> String {
        let schema = try await controlPlane.createSchema(.init(name: "items", schema: Self.itemsSchema)).schemaArn ?? ""
        return try await controlPlane.createDataset(
            .init(name: "items", schemaArn: schema, datasetGroupArn: group, datasetType: "Items")
        ).datasetArn ?? ""
    }

    /// Creates a solution and waits until it can be trained.
    func solution(_ input: CreateSolutionRequest) async throws -> String {
        let arn = try await controlPlane.createSolution(input).solutionArn ?? ""
        let controlPlane = controlPlane
        _ = try await settled {
            try await controlPlane.describeSolution(.init(solutionArn: arn)).solution?.status
        }
        return arn
    }

    /// Makes a version and waits for it.
    func version(of solution: String, mode: String? = nil) async throws -> SolutionVersion? {
        let arn =
            try await controlPlane.createSolutionVersion(.init(solutionArn: solution, trainingMode: mode))
            .solutionVersionArn ?? ""
        return try await finished(arn)
    }

    /// Waits for a version.
    func finished(_ version: String) async throws -> SolutionVersion? {
        let controlPlane = controlPlane
        let describe: @Sendable () async throws -> SolutionVersion? = {
            try await controlPlane.describeSolutionVersion(.init(solutionVersionArn: version)).solutionVersion
        }
        _ = try await settled { try await describe()?.status }
        return try await describe()
    }

    func metrics(of version: SolutionVersion) async throws -> [String: Double] {
        try await controlPlane.getSolutionMetrics(
            .init(solutionVersionArn: version.solutionVersionArn ?? "")
        ).metrics ?? [:]
    }
}
