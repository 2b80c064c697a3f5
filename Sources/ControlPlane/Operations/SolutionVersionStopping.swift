import GRDB
package import PersonalizeAPI

extension ControlPlane {
    /// Ends the training of a version: at once when it has not begun, else as soon as the training notices.
    package func stopSolutionVersionCreation(_ input: StopSolutionVersionCreationRequest) async throws -> NoOutput {
        let now = clock()
        let isRunning = try await database.pool.write { database in
            var version: SolutionVersionResource = try ResourceStore.get(input.solutionVersionArn, in: database)
            switch version.status {
            case .createPending, .createInProgress: break
            case .createStopping, .deletePending, .deleteInProgress:
                throw PersonalizeError.inUse(
                    "The solution version \(version.arn) is in state \(version.status.rawValue).")
            default:
                throw PersonalizeError.invalidInput(
                    "The solution version \(version.arn) is in state \(version.status.rawValue); only a version in state "
                        + "CREATE PENDING or CREATE IN_PROGRESS can be stopped.")
            }
            let isRunning = try JobRow.withdraw(.train, arn: version.arn, in: database)
            version.header.status = isRunning ? .createStopping : .createStopped
            version.header.lastUpdated = now
            try ResourceStore.update(version, in: database)
            return isRunning
        }
        if isRunning { jobs.interrupt(input.solutionVersionArn) }
        return NoOutput()
    }

    /// Ends the job of a version that is to be stopped.
    ///
    /// - Returns: Whether it was to be stopped.
    func finishStopping(_ job: JobRow) async throws -> Bool {
        let version: SolutionVersionResource = try await describe(job.arn)
        guard version.status == .createStopping else { return false }
        try await finish(job) { controlPlane, database in
            let version: SolutionVersionResource = try ResourceStore.get(job.arn, in: database)
            try controlPlane.recordStop(of: version, in: database)
        }
        return true
    }

    func recordStop(of version: SolutionVersionResource, in database: Database) throws {
        var stopped = version
        stopped.header.status = .createStopped
        stopped.header.lastUpdated = clock()
        try ResourceStore.update(stopped, in: database)
    }
}
