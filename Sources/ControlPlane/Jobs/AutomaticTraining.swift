import Datasets
import Foundation
import GRDB
import Logging
import PersonalizeAPI

/// When a solution is to be trained without being asked for.
///
/// The date follows from rows alone, so that it is the same after a restart: one interval after the newest version that
/// was trained in full was finished, whoever asked for it. A solution without versions waits an hour after it was created
/// and first had data: whoever creates versions by hand has begun by then.
struct AutomaticTraining {
    static let firstDelay: TimeInterval = 3600
    /// How long new data waits at most for an incremental update (developer guide, "Semantic-Similarity recipe": changes
    /// show after about 30 minutes).
    static let updateInterval: TimeInterval = 1800

    /// - Parameters:
    ///   - versions: Of the solution, in order of creation.
    ///   - dataSince: When the dataset group first had interactions to train on; nil when it has none.
    /// - Returns: Nil when no training is to come as things are.
    static func dueDate(
        of solution: SolutionResource, versions: [SolutionVersionResource], dataSince: Date?
    ) -> Date? {
        guard solution.performAutoTraining, solution.status == .active else { return nil }
        guard !versions.contains(where: \.status.isBeingCreated) else { return nil }
        guard let newest = versions.last(where: \.isFull) else {
            return dataSince.map { max(solution.header.created, $0) + firstDelay }
        }
        // What was checked when the solution was created does not fail here.
        let expression = solution.configuration?.autoTrainingConfig?.schedulingExpression
        guard let schedule = try? TrainingSchedule(expression) else { return nil }
        return newest.header.lastUpdated + schedule.interval
    }

    /// When a solution with `performIncrementalUpdate` may next be updated, if there is new data then.
    ///
    /// An update that failed is not tried again before the next training.
    static func updateDate(of solution: SolutionResource, versions: [SolutionVersionResource]) -> Date? {
        guard solution.performIncrementalUpdate, solution.status == .active,
            !versions.contains(where: \.status.isBeingCreated),
            versions.contains(where: { $0.status == .active && $0.isFull }), let newest = versions.last,
            newest.isFull || newest.status == .active
        else { return nil }
        return newest.header.lastUpdated + updateInterval
    }
}

extension ControlPlane {
    private struct Candidate {
        let solution: SolutionResource
        let versions: [SolutionVersionResource]
        let interactions: DatasetResource?
        /// When the first finished import into the interactions ended; nil when nothing was imported.
        let importedSince: Date?
        /// Whether a campaign follows the latest version.
        let isFollowed: Bool
    }

    /// Adds a version for each solution whose automatic training or incremental update is due, and trains recommenders
    /// whose model is old.
    ///
    /// - Returns: The ARNs of the new versions and of the recommenders.
    @discardableResult
    package func trainWhatIsDue() async throws -> [String] {
        let now = clock()
        var arns: [String] = []
        for candidate in try await automaticTrainingCandidates() {
            do {
                let arn = try await trainIfDue(candidate, now: now)
                if let arn { arns.append(arn) }
            } catch let error as PersonalizeError {
                logger.warning(
                    "An automatic training could not be started",
                    metadata: ["solution": "\(candidate.solution.arn)", "error": "\(error)"])
            }
        }
        return arns + (try await trainDueRecommenders())
    }

    /// Starts automatic trainings until the task is cancelled.
    func trainOnSchedule() async {
        while !Task.isCancelled {
            do {
                try await trainWhatIsDue()
            } catch is CancellationError {
                return
            } catch {
                logger.error("Automatic trainings could not be looked for", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(60))
        }
    }

    private func automaticTrainingCandidates() async throws -> [Candidate] {
        try await database.pool.read { database in
            try ResourceStore.list(SolutionResource.self, in: database).map(\.resource)
                .filter { $0.performAutoTraining || $0.performIncrementalUpdate }
                .map { solution in
                    let versions = try ResourceStore.list(
                        SolutionVersionResource.self, referencing: solution.arn, in: database
                    ).map(\.resource)
                    let interactions = try ResourceStore.dataset(
                        .interactions, ofGroup: solution.datasetGroupArn, in: database)
                    let campaigns = try ResourceStore.list(
                        CampaignResource.self, referencing: solution.arn, in: database)
                    return Candidate(
                        solution: solution, versions: versions, interactions: interactions,
                        importedSince: try interactions.flatMap { try Self.importedSince($0, in: database) },
                        isFollowed: campaigns.contains {
                            $0.resource.status == .active
                                && $0.resource.configuration?.syncWithLatestSolutionVersion == true
                        })
                }
        }
    }

    /// - Returns: The ARN of the version that was added, if one was.
    private func trainIfDue(_ candidate: Candidate, now: Date) async throws -> String? {
        let (solution, versions) = (candidate.solution, candidate.versions)
        guard candidate.interactions != nil else { return nil }
        let dataSince = versions.isEmpty ? try await dataSince(candidate) : nil
        let date = AutomaticTraining.dueDate(of: solution, versions: versions, dataSince: dataSince)
        if let date, date <= now {
            return try await addVersion(
                to: solution.arn, name: nil, mode: TrainingMode.automatic, trainingType: .automatic, tags: nil
            ).arn
        }
        guard candidate.isFollowed, let date = AutomaticTraining.updateDate(of: solution, versions: versions),
            date <= now, let latest = versions.last(where: { $0.status == .active }),
            try await dataMark(ofGroup: solution.datasetGroupArn) != latest.outcome?.dataMark
        else { return nil }
        return try await addVersion(
            to: solution.arn, name: nil, mode: TrainingMode.update, trainingType: .automatic,
            performIncrementalUpdate: true, tags: nil
        ).arn
    }

    /// When the group first had interactions to train on. Events that came one by one count from the creation of their
    /// dataset, as soon as there are as many as a training needs.
    private func dataSince(_ candidate: Candidate) async throws -> Date? {
        if let date = candidate.importedSince { return date }
        guard let dataset = candidate.interactions else { return nil }
        let needed = max(settings.datasetLimits.minimumTrainingInteractions, 1)
        let streamed = try await streamedRecords.records(in: dataset.stream, after: 0, limit: needed)
        return streamed.count >= needed ? dataset.header.created : nil
    }

    private static func importedSince(_ dataset: DatasetResource, in database: Database) throws -> Date? {
        guard dataset.bulkData != nil else { return nil }
        let imports = try ResourceStore.list(DatasetImportJobResource.self, referencing: dataset.arn, in: database)
        let first = imports.first { $0.resource.status == .active }
        return first?.resource.header.lastUpdated ?? dataset.header.created
    }
}
