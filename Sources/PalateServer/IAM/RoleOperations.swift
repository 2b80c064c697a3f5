import Hummingbird
import Identity
import ObjectStorage

/// CreateRole, GetRole, ListRoles, UpdateRole, UpdateAssumeRolePolicy, DeleteRole, and a role's tags.
extension IAMService {
    static let roleOperations: [String: Operation] = [
        "CreateRole": { service, form, context in
            let role = try await service.identities.createRole(
                name: try form.required("RoleName"), path: form["Path"] ?? "/",
                trustPolicy: try form.required("AssumeRolePolicyDocument"), description: form["Description"],
                longestSession: form["MaxSessionDuration"].flatMap { Int($0) } ?? 3600, tags: form.tags())
            return service.answers.success(form.action, context) { writer in
                writer.element("Role") { service.writeRole(role, &$0) }
            }
        },
        "GetRole": { service, form, context in
            let role = try await service.identities.role(named: try form.required("RoleName"))
            return service.answers.success(form.action, context) { writer in
                writer.element("Role") { service.writeRole(role, &$0) }
            }
        },
        "ListRoles": { service, form, context in
            let roles = try await service.identities.roles(pathPrefix: form["PathPrefix"] ?? "/")
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(roles, form, as: "Roles", into: &writer) { role, writer in
                    writer.element("member") { service.writeRole(role, &$0) }
                }
            }
        },
        "UpdateRole": { service, form, context in
            let session = form["MaxSessionDuration"].flatMap { Int($0) }
            if let session, !(3600...43200).contains(session) {
                throw QueryProtocolError("ValidationError", "MaxSessionDuration must be between 3600 and 43200")
            }
            try await service.identities.updateRole(
                named: try form.required("RoleName"), description: form["Description"], longestSession: session)
            return service.answers.success(form.action, context)
        },
        "UpdateAssumeRolePolicy": { service, form, context in
            try await service.identities.setTrustPolicy(
                try form.required("PolicyDocument"), ofRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "DeleteRole": { service, form, context in
            try await service.identities.deleteRole(named: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "TagRole": { service, form, context in
            try await service.identities.addTags(form.tags(), toRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "UntagRole": { service, form, context in
            try await service.identities.removeTags(form.list("TagKeys"), fromRole: try form.required("RoleName"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "ListRoleTags": { service, form, context in
            let role = try await service.identities.role(named: try form.required("RoleName"))
            let tags = role.tags.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(tags, form, as: "Tags", into: &writer) { IAMService.writeTag($0, &$1) }
            }
        },
        "ListInstanceProfilesForRole": { service, form, context in
            _ = try await service.identities.role(named: try form.required("RoleName"))
            return service.answers.success(form.action, context) { writer in
                writer.element("InstanceProfiles", "")
                writer.element("IsTruncated", false)
            }
        },
    ]

    func writeRole(_ role: IdentityRole, _ writer: inout XMLWriter) {
        writer.element("Path", role.path)
        writer.element("RoleName", role.name)
        writer.element("RoleId", role.identifier)
        writer.element("Arn", role.arn)
        writer.element("CreateDate", WireDate.iso8601(role.created, milliseconds: false))
        // Policy documents travel percent-encoded.
        writer.element("AssumeRolePolicyDocument", PercentEncoding.encode(role.trustPolicy))
        writer.element("Description", ifPresent: role.description)
        writer.element("MaxSessionDuration", role.longestSession)
        writeTags(role.tags, &writer)
    }
}
