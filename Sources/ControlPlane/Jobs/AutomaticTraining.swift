import Foundation
import GRDB
import Logging
import PersonalizeAPI

/// When a solution is to be trained without being asked for.
///
/// The date follows from rows alone, so that it is the same after a restart: one interval after the newest version was
/// finished, whoever asked for it. A solution without versions waits an hour after it was created and first had data:
/// whoever creates versions by hand has begun by then.
struct AutomaticTraining {
    static let firstDelay: TimeInterval = 3600

    /// - Parameter dataSince: When the dataset group first had interactions to train on; nil when it has none.
    /// - Returns: Nil when no training is to come as things are.
    static func dueDate(
        of solution: SolutionResource, newestVersion: SolutionVersionResource?, dataSince: Date?
    ) -> Date? {
        guard solution.performAutoTraining, solution.status == .active, let dataSince else { return nil }
        guard let newestVersion else { return max(solution.header.created, dataSince) + firstDelay }
        guard !newestVersion.status.isBeingCreated else { return nil }
        // What was checked when the solution was created does not fail here.
        let expression = solution.configuration?.autoTrainingConfig?.schedulingExpression
        guard let schedule = try? TrainingSchedule(expression) else { return nil }
        return newestVersion.header.lastUpdated + schedule.interval
    }
}

extension ControlPlane {
    /// Adds a version for each solution whose automatic training is due, and trains recommenders whose model is old.
    ///
    /// - Returns: The ARNs of the new versions and of the recommenders.
    @discardableResult
    package func trainWhatIsDue() async throws -> [String] {
        let now = clock()
        let due = try await database.pool.read { database in
            try ResourceStore.list(SolutionResource.self, in: database).map(\.resource).filter { solution in
                guard solution.performAutoTraining else { return false }
                let versions = try ResourceStore.list(
                    SolutionVersionResource.self, referencing: solution.arn, in: database)
                let date = AutomaticTraining.dueDate(
                    of: solution, newestVersion: versions.last?.resource,
                    dataSince: try Self.dataSince(of: solution.datasetGroupArn, in: database))
                return date.map { $0 <= now } ?? false
            }
        }
        var arns: [String] = []
        for solution in due {
            do {
                arns.append(
                    try await addVersion(to: solution.arn, name: nil, trainingType: .automatic, tags: nil).arn)
            } catch let error as PersonalizeError {
                logger.warning(
                    "An automatic training could not be started",
                    metadata: ["solution": "\(solution.arn)", "error": "\(error)"])
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

    /// When the first finished import into a group's interactions dataset ended; nil when the dataset holds nothing.
    private static func dataSince(of group: String, in database: Database) throws -> Date? {
        let datasets = try ResourceStore.list(DatasetResource.self, referencing: group, in: database)
        guard let dataset = datasets.first(where: { $0.resource.datasetType == "INTERACTIONS" })?.resource,
            dataset.bulkData != nil
        else { return nil }
        let imports = try ResourceStore.list(DatasetImportJobResource.self, referencing: dataset.arn, in: database)
        let first = imports.first { $0.resource.status == .active }
        return first?.resource.header.lastUpdated ?? dataset.header.created
    }
}
