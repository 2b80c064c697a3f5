import Crypto
package import Foundation
package import Hummingbird
package import Identity
import Logging
import ObjectStorage

/// The Security Token Service's calls that scripts make to learn the account and to take on a role.
///
/// The credentials given out look like temporary ones and are accepted like any other.
package struct STSService: HTTPResponder {
    package typealias Context = PalateRequestContext

    private let identities: IdentityStore
    private let now: @Sendable () -> Date
    private let answers = QueryProtocolAnswers(namespace: "https://sts.amazonaws.com/doc/2011-06-15/")

    package init(identities: IdentityStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.identities = identities
        self.now = now
    }

    @Sendable
    package func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        do {
            return try await perform(try await QueryProtocolRequest(request), request, context)
        } catch let error as QueryProtocolError {
            return answers.failure(error, context)
        } catch let error as IdentityError {
            return answers.failure(QueryProtocolError(error), context)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            let failure = QueryProtocolError(
                "InternalFailure", "The request failed for an unknown reason.", status: .internalServerError)
            return answers.failure(failure, context)
        }
    }

    private func perform(
        _ form: QueryProtocolRequest, _ request: Request, _ context: PalateRequestContext
    ) async throws -> Response {
        switch form.action {
        case "GetCallerIdentity":
            return answers.success(form.action, context) { writer in
                writer.element("Arn", "arn:aws:iam::\(identities.account):root")
                writer.element("UserId", identities.account)
                writer.element("Account", identities.account)
            }
        case "AssumeRole":
            return try await assumeRole(form, context)
        case "GetSessionToken":
            let duration = try Self.duration(form, default: 43_200, range: 900...129_600)
            return answers.success(form.action, context) { writeCredentials(&$0, lasting: duration) }
        case "GetAccessKeyInfo":
            _ = try form.required("AccessKeyId")
            return answers.success(form.action, context) { $0.element("Account", identities.account) }
        default:
            throw QueryProtocolError("InvalidAction", "Could not find operation \(form.action) for version 2011-06-15")
        }
    }

    private func assumeRole(_ form: QueryProtocolRequest, _ context: PalateRequestContext) async throws -> Response {
        let arn = try form.required("RoleArn")
        let session = try form.required("RoleSessionName")
        let name = arn.split(separator: "/").last.map(String.init) ?? ""
        let role: IdentityRole
        do {
            role = try await identities.role(named: name)
            guard role.arn == arn else { throw IdentityError.noSuchRole(name) }
        } catch IdentityError.noSuchRole {
            // The provider does not tell a missing role from a forbidden one.
            throw QueryProtocolError(
                "AccessDenied",
                "User: arn:aws:iam::\(identities.account):root is not authorized to perform: sts:AssumeRole on "
                    + "resource: \(arn)", status: .forbidden)
        }
        let duration = try Self.duration(form, default: 3600, range: 900...role.longestSession)
        return answers.success(form.action, context) { writer in
            writer.element("AssumedRoleUser") { writer in
                writer.element("AssumedRoleId", "\(role.identifier):\(session)")
                writer.element("Arn", "arn:aws:sts::\(identities.account):assumed-role/\(role.name)/\(session)")
            }
            writeCredentials(&writer, lasting: duration)
        }
    }

    private static func duration(
        _ form: QueryProtocolRequest, default fallback: Int, range: ClosedRange<Int>
    ) throws(QueryProtocolError) -> Int {
        guard let text = form["DurationSeconds"] else { return min(fallback, range.upperBound) }
        guard let seconds = Int(text), range.contains(seconds) else {
            throw QueryProtocolError(
                "ValidationError",
                "The requested DurationSeconds must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return seconds
    }

    private func writeCredentials(_ writer: inout XMLWriter, lasting seconds: Int) {
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString()
        let token = SymmetricKey(size: .init(bitCount: 1024)).withUnsafeBytes { Data($0) }.base64EncodedString()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let identifier = String((0..<16).map { _ in letters[Int.random(in: 0..<letters.count)] })
        writer.element("Credentials") { writer in
            writer.element("AccessKeyId", "ASIA\(identifier)")
            writer.element("SecretAccessKey", String(key.prefix(40)))
            writer.element("SessionToken", token)
            writer.element(
                "Expiration", WireDate.iso8601(now().addingTimeInterval(Double(seconds)), milliseconds: false))
        }
    }
}
