import Datasets
import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// Adds a recommender. Its training begins at once; it is ACTIVE when it answers.
    package func createRecommender(_ input: CreateRecommenderRequest) async throws -> CreateRecommenderResponse {
        let recipe = try recipe(input.recipeArn)
        guard let useCase = recipe.useCase else {
            throw PersonalizeError.invalidInput(
                "The recipe \(recipe.arn) is for solutions; a recommender needs the recipe of a use case.")
        }
        try Self.check(input.recommenderConfig, recipe: recipe)
        let recommender = RecommenderResource(
            header: header(.recommender, name: input.name), datasetGroupArn: input.datasetGroupArn,
            recipeArn: recipe.arn, configuration: input.recommenderConfig)
        try await create(recommender, tags: input.tags, job: .trainRecommender) { [settings] database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            guard group.domain == useCase.domain.rawValue else {
                throw PersonalizeError.invalidInput(
                    "The recipe \(recipe.arn) is for dataset groups of the domain \(useCase.domain.rawValue), but "
                        + "\(group.arn) is \(group.domain.map { "of the domain \($0)" } ?? "a custom dataset group").")
            }
            try TrainingColumns.check(
                input.recommenderConfig?.trainingDataConfig, group: group.arn, limits: settings.datasetLimits,
                at: "recommenderConfig.trainingDataConfig", in: database)
            try self.checkCategoryColumn(
                input.recommenderConfig?.itemExplorationConfig, at: "recommenderConfig.itemExplorationConfig",
                datasetGroupArn: group.arn, in: database)
        }
        return CreateRecommenderResponse(recommenderArn: recommender.arn)
    }

    package func describeRecommender(_ input: DescribeRecommenderRequest) async throws -> DescribeRecommenderResponse {
        let recommender: RecommenderResource = try await describe(input.recommenderArn)
        return DescribeRecommenderResponse(recommender: recommender.wire)
    }

    package func listRecommenders(_ input: ListRecommendersRequest) async throws -> ListRecommendersResponse {
        let page = try await page(
            of: RecommenderResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListRecommendersResponse(recommenders: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// Replaces the configuration.
    package func updateRecommender(_ input: UpdateRecommenderRequest) async throws -> UpdateRecommenderResponse {
        let current: RecommenderResource = try await describe(input.recommenderArn)
        try Self.check(input.recommenderConfig, recipe: try recipe(current.recipeArn))
        try await database.pool.write { [clock, settings] database in
            var recommender: RecommenderResource = try ResourceStore.get(input.recommenderArn, in: database)
            if recommender.status != .inactive { try Self.checkIsActive(recommender) }
            try TrainingColumns.check(
                input.recommenderConfig.trainingDataConfig, group: recommender.datasetGroupArn,
                limits: settings.datasetLimits, at: "recommenderConfig.trainingDataConfig", in: database)
            try self.checkCategoryColumn(
                input.recommenderConfig.itemExplorationConfig, at: "recommenderConfig.itemExplorationConfig",
                datasetGroupArn: recommender.datasetGroupArn, in: database)
            let now = clock()
            recommender.configuration = input.recommenderConfig
            recommender.update = RecommenderUpdate(configuration: input.recommenderConfig, created: now)
            recommender.header.lastUpdated = now
            try ResourceStore.update(recommender, in: database)
        }
        await hosting.host?.reconfigure(
            recommenderArn: input.recommenderArn, as: input.recommenderConfig.ofServing)
        return UpdateRecommenderResponse(recommenderArn: input.recommenderArn)
    }

    /// Lets an INACTIVE recommender answer again.
    package func startRecommender(_ input: StartRecommenderRequest) async throws -> StartRecommenderResponse {
        try await change(input.recommenderArn, from: .inactive, to: .startPending, by: .startRecommender)
        return StartRecommenderResponse(recommenderArn: input.recommenderArn)
    }

    /// Lets an ACTIVE recommender answer no more. Its model is kept.
    package func stopRecommender(_ input: StopRecommenderRequest) async throws -> StopRecommenderResponse {
        try await change(input.recommenderArn, from: .active, to: .stopPending, by: .stopRecommender)
        return StopRecommenderResponse(recommenderArn: input.recommenderArn)
    }

    package func deleteRecommender(_ input: DeleteRecommenderRequest) async throws -> NoOutput {
        try await delete(input.recommenderArn, as: RecommenderResource.self) { recommender, database in
            try Self.checkHasNoJob(recommender, in: database)
        }
        return NoOutput()
    }

    private func change(
        _ arn: String, from expected: ResourceStatus, to status: ResourceStatus, by job: JobKind
    ) async throws {
        try await database.pool.write { [clock] database in
            var recommender: RecommenderResource = try ResourceStore.get(arn, in: database)
            try Self.checkHasNoJob(recommender, in: database)
            guard recommender.status == expected else {
                throw PersonalizeError.invalidInput(
                    "The recommender \(arn) is in state \(recommender.status.rawValue); it must be \(expected.rawValue)."
                )
            }
            recommender.header.status = status
            recommender.header.lastUpdated = clock()
            try ResourceStore.update(recommender, in: database)
            try JobRow.enqueue(job, arn: arn, in: database)
        }
        jobs.wake(job.lane)
    }

    private static func checkHasNoJob(_ recommender: RecommenderResource, in database: Database) throws {
        let jobs = JobRow.filter(JobRow.Columns.arn == recommender.arn)
        guard try jobs.fetchCount(database) == 0 else {
            throw PersonalizeError.inUse(
                "The recommender \(recommender.arn), in state \(recommender.status.rawValue), is being trained or changed."
            )
        }
    }

    private static func check(_ configuration: RecommenderConfig?, recipe: Recipes.Recipe) throws {
        guard let exploration = configuration?.itemExplorationConfig else { return }
        guard recipe.explores || exploration.keys.allSatisfy(ListOptions.isName) else {
            throw PersonalizeError.invalidInput(
                "recommenderConfig.itemExplorationConfig is given, but the recipe \(recipe.arn) does not explore.")
        }
        try checkExploration(exploration, at: "recommenderConfig.itemExplorationConfig")
    }
}
