import Filters
import GRDB
import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// - Throws: `PersonalizeError` with `InvalidInputException` for a number of results outside 1 to `maximum`.
    static func checkResultCount(_ count: Int?, maximum: Int) throws {
        guard let count else { return }
        guard (1...maximum).contains(count) else {
            throw PersonalizeError.invalidInput("numResults is \(count); it must be from 1 to \(maximum).")
        }
    }

    /// Whether a batch job may use a filter.
    ///
    /// - Parameter subject: What the job lists.
    /// - Throws: `PersonalizeError`.
    static func checkFilter(
        of job: some BatchJobResource, lists subject: FilterExpression.Subject, of version: SolutionVersionResource,
        in database: Database
    ) throws {
        guard let arn = job.filterArn else { return }
        let filter: FilterResource = try ResourceStore.get(arn, in: database)
        try checkIsActive(filter)
        guard filter.datasetGroupArn == version.datasetGroupArn else {
            throw PersonalizeError.invalidInput(
                "The filter \(arn) belongs to another dataset group than \(version.arn).")
        }
        let expression = try parse(filter.expression)
        guard expression.subject == subject else {
            throw PersonalizeError.invalidInput(
                "The filter \(arn) filters \(expression.subject.rawValue), but the job lists \(subject.rawValue).")
        }
    }

    /// Refuses to delete a solution that a batch job has yet to use.
    static func checkHasNoUnfinishedBatchJob(_ solution: SolutionResource, in database: Database) throws {
        let inference = try ResourceStore.list(
            BatchInferenceJobResource.self, referencing: solution.arn, in: database
        ).map(\.resource.header)
        let segments = try ResourceStore.list(
            BatchSegmentJobResource.self, referencing: solution.arn, in: database
        ).map(\.resource.header)
        if let job = (inference + segments).first(where: { $0.status.isBeingCreated }) {
            throw PersonalizeError.inUse("The solution \(solution.arn) is in use by the batch job \(job.arn).")
        }
    }

    /// Segments of users come from batch segment jobs alone (developer guide, "Getting batch user segments with custom
    /// resources").
    func checkMayHaveCampaign(_ version: SolutionVersionResource) throws {
        guard try recipe(version.recipeArn).recipeType != .userSegmentation else {
            throw PersonalizeError.invalidInput(
                "The recipe \(version.recipeArn) is of the type USER_SEGMENTATION, which has no campaigns; "
                    + "use CreateBatchSegmentJob.")
        }
    }
}
