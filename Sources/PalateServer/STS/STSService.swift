package import Access
package import Foundation
package import Hummingbird
package import Identity
import Logging
import ObjectStorage

/// The Security Token Service's calls that scripts make to learn the account and to take on a role.
///
/// The credentials given out are good for what the key that asked may do, until they expire or that key is deleted.
package struct STSService: HTTPResponder {
    package typealias Context = PalateRequestContext

    private let identities: IdentityStore
    private let keys: KeyStore
    private let now: @Sendable () -> Date
    private let answers = QueryProtocolAnswers(namespace: "https://sts.amazonaws.com/doc/2011-06-15/")

    package init(
        identities: IdentityStore, keys: KeyStore, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.identities = identities
        self.keys = keys
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
                writer.element("Arn", caller(context))
                writer.element("UserId", context.grant?.key.id ?? identities.account)
                writer.element("Account", identities.account)
            }
        case "AssumeRole":
            return try await assumeRole(form, context)
        case "GetSessionToken":
            guard context.grant?.isTemporary != true else {
                throw QueryProtocolError(
                    "AccessDenied", "Cannot call GetSessionToken with session credentials", status: .forbidden)
            }
            let duration = try Self.duration(form, default: 43_200, range: 900...129_600)
            return try answers.success(form.action, context) {
                try writeCredentials(&$0, of: caller(context), lasting: duration, context)
            }
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
                "User: \(caller(context)) is not authorized to perform: sts:AssumeRole on "
                    + "resource: \(arn)", status: .forbidden)
        }
        let duration = try Self.duration(form, default: 3600, range: 900...role.longestSession)
        let sessionARN = "arn:aws:sts::\(identities.account):assumed-role/\(role.name)/\(session)"
        return try answers.success(form.action, context) { writer in
            writer.element("AssumedRoleUser") { writer in
                writer.element("AssumedRoleId", "\(role.identifier):\(session)")
                writer.element("Arn", sessionARN)
            }
            try writeCredentials(&writer, of: sessionARN, lasting: duration, context)
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

    private func caller(_ context: PalateRequestContext) -> String {
        context.grant?.arn ?? "arn:aws:iam::\(identities.account):root"
    }

    private func writeCredentials(
        _ writer: inout XMLWriter, of arn: String, lasting seconds: Int, _ context: PalateRequestContext
    ) throws {
        let session = try keys.session(
            for: context.grant, arn: arn, expires: now().addingTimeInterval(Double(seconds)))
        writer.element("Credentials") { writer in
            writer.element("AccessKeyId", session.accessKeyID)
            writer.element("SecretAccessKey", session.secret)
            writer.element("SessionToken", session.token)
            writer.element("Expiration", WireDate.iso8601(session.expires, milliseconds: false))
        }
    }
}
