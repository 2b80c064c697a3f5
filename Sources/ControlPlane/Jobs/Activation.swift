/// Makes a resource ACTIVE: one that needs no work, such as a solution, or a job whose work is done.
struct Activation {
    let controlPlane: ControlPlane

    func run(_ job: JobRow) async throws {
        try await controlPlane.finish(job) { controlPlane, database in
            try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                header.status = .active
                header.lastUpdated = controlPlane.clock()
            }
        }
    }
}
