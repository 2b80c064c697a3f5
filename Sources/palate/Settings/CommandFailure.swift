import Foundation
import NIOCore
import PalateServer

/// A mistake, told in one line on standard error with a non-zero exit.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Runs a server and puts what can go wrong when it starts into words.
    static func describing(_ settings: ServerSettings, _ run: () async throws -> Void) async throws {
        do {
            try await run()
        } catch let error as StartError {
            throw CommandFailure(error.description)
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw CommandFailure("The server cannot listen on \(settings.host):\(settings.port): \(reason).")
        }
    }
}
