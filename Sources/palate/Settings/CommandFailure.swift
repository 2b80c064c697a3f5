import NIOCore
import PalateServer

/// A mistake, told in one line on standard error with a non-zero exit.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Runs `body` and puts what can go wrong when a server starts into words.
    static func describing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StartError {
            throw CommandFailure(error.description)
        } catch let error as IOError {
            throw CommandFailure("The server cannot listen: \(error)")
        }
    }
}
