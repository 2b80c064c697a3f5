import Hummingbird
import Identity
import ObjectStorage

/// Customer policies and their versions; reading of the managed ones.
extension IAMService {
    static let policyOperations: [String: Operation] = [
        "CreatePolicy": { service, form, context in
            let policy = try await service.identities.createPolicy(
                name: try form.required("PolicyName"), path: form["Path"] ?? "/",
                document: try form.required("PolicyDocument"), description: form["Description"], tags: form.tags())
            return service.answers.success(form.action, context) { writer in
                writer.element("Policy") { service.writePolicy(policy, &$0) }
            }
        },
        "GetPolicy": { service, form, context in
            let policy = try await service.identities.policy(try form.required("PolicyArn"))
            return service.answers.success(form.action, context) { writer in
                writer.element("Policy") { service.writePolicy(policy, &$0) }
            }
        },
        "ListPolicies": { service, form, context in
            let scope = form["Scope"] ?? "All"
            guard ["All", "AWS", "Local"].contains(scope) else {
                throw QueryProtocolError("ValidationError", "Scope must be one of All, AWS, Local")
            }
            var policies = try await service.identities.policies(
                own: scope != "AWS", managed: scope != "Local", pathPrefix: form["PathPrefix"] ?? "/")
            if form["OnlyAttached"] == "true" { policies.removeAll { $0.attachmentCount == 0 } }
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(policies, form, as: "Policies", into: &writer) { policy, writer in
                    writer.element("member") { service.writePolicy(policy, &$0) }
                }
            }
        },
        "DeletePolicy": { service, form, context in
            try await service.identities.deletePolicy(try form.required("PolicyArn"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "CreatePolicyVersion": { service, form, context in
            let version = try await service.identities.addVersion(
                try form.required("PolicyDocument"), toPolicy: try form.required("PolicyArn"),
                asDefault: form["SetAsDefault"] == "true")
            return service.answers.success(form.action, context) { writer in
                writer.element("PolicyVersion") { writer in
                    IAMService.writeVersion(
                        version, isDefault: form["SetAsDefault"] == "true", withDocument: false, &writer)
                }
            }
        },
        "GetPolicyVersion": { service, form, context in
            let policy = try await service.identities.policy(try form.required("PolicyArn"))
            let identifier = try form.required("VersionId")
            guard let version = policy.versions.first(where: { $0.identifier == identifier }) else {
                throw IdentityError.noSuchVersion(identifier)
            }
            return service.answers.success(form.action, context) { writer in
                writer.element("PolicyVersion") { writer in
                    IAMService.writeVersion(
                        version, isDefault: identifier == policy.defaultVersion, withDocument: true, &writer)
                }
            }
        },
        "ListPolicyVersions": { service, form, context in
            let policy = try await service.identities.policy(try form.required("PolicyArn"))
            return try service.answers.success(form.action, context) { writer in
                try service.writePage(policy.versions.reversed(), form, as: "Versions", into: &writer) {
                    version, writer in
                    writer.element("member") { writer in
                        IAMService.writeVersion(
                            version, isDefault: version.identifier == policy.defaultVersion, withDocument: false,
                            &writer)
                    }
                }
            }
        },
        "DeletePolicyVersion": { service, form, context in
            try await service.identities.deleteVersion(
                try form.required("VersionId"), ofPolicy: try form.required("PolicyArn"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "SetDefaultPolicyVersion": { service, form, context in
            try await service.identities.setDefaultVersion(
                try form.required("VersionId"), ofPolicy: try form.required("PolicyArn"))
            return service.answers.success(form.action, context, hasResult: false)
        },
        "ListEntitiesForPolicy": { service, form, context in
            let roles = try await service.identities.roles(withPolicy: try form.required("PolicyArn"))
            return try service.answers.success(form.action, context) { writer in
                writer.element("PolicyGroups", "")
                writer.element("PolicyUsers", "")
                try service.writePage(roles, form, as: "PolicyRoles", into: &writer) { role, writer in
                    writer.element("member") { writer in
                        writer.element("RoleName", role.name)
                        writer.element("RoleId", role.identifier)
                    }
                }
            }
        },
    ]

    private func writePolicy(_ policy: IdentityPolicy, _ writer: inout XMLWriter) {
        writer.element("PolicyName", policy.name)
        writer.element("PolicyId", policy.identifier)
        writer.element("Arn", policy.arn)
        writer.element("Path", policy.path)
        writer.element("DefaultVersionId", policy.defaultVersion)
        writer.element("AttachmentCount", policy.attachmentCount)
        writer.element("PermissionsBoundaryUsageCount", 0)
        writer.element("IsAttachable", true)
        writer.element("Description", ifPresent: policy.description)
        writer.element("CreateDate", WireDate.iso8601(policy.created, milliseconds: false))
        writer.element("UpdateDate", WireDate.iso8601(policy.updated, milliseconds: false))
        writeTags(policy.tags, &writer)
    }

    private static func writeVersion(
        _ version: IdentityPolicy.Version, isDefault: Bool, withDocument: Bool, _ writer: inout XMLWriter
    ) {
        if withDocument { writer.element("Document", PercentEncoding.encode(version.document)) }
        writer.element("VersionId", version.identifier)
        writer.element("IsDefaultVersion", isDefault)
        writer.element("CreateDate", WireDate.iso8601(version.created, milliseconds: false))
    }
}
