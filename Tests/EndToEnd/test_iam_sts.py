"""IAM and STS, spoken to by boto3 and the AWS command line."""

import json
import subprocess
import uuid

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
FULL_ACCESS = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"


def new_name(prefix="role"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def role(iam):
    name = new_name()
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    yield name
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def test_a_role_lives_from_creation_to_deletion(iam):
    name = new_name()
    created = iam.create_role(
        RoleName=name,
        Path="/service/",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="imports & exports",
        Tags=[{"Key": "team", "Value": "reco"}],
    )["Role"]
    assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/service/{name}"
    assert created["AssumeRolePolicyDocument"] == TRUST
    got = iam.get_role(RoleName=name)["Role"]
    assert (got["Description"], got["RoleId"], got["CreateDate"]) == (
        "imports & exports",
        created["RoleId"],
        created["CreateDate"],
    )
    assert iam.list_role_tags(RoleName=name)["Tags"] == [{"Key": "team", "Value": "reco"}]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    other = json.loads(json.dumps(TRUST).replace("personalize", "lambda"))
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(other))
    assert iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"] == other
    assert iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"] == []
    iam.delete_role(RoleName=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)


def test_documents_and_names_are_checked(iam):
    for document in ["{", "{}", json.dumps(READ)]:
        with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
            iam.create_role(RoleName=new_name(), AssumeRolePolicyDocument=document)
    with pytest.raises(ClientError) as caught:
        iam.create_role(RoleName="not a name", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_managed_policies_are_attached_and_detached(iam, role):
    for arn in [FULL_ACCESS, "arn:aws:iam::aws:policy/AmazonS3FullAccess"]:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonPersonalizeFullAccess", "AmazonS3FullAccess"]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName=role)
    iam.detach_role_policy(RoleName=role, PolicyArn=FULL_ACCESS)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.detach_role_policy(RoleName=role, PolicyArn=FULL_ACCESS)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_role_policy(RoleName="no-such-role", PolicyArn=FULL_ACCESS)


def test_inline_policies(iam, role):
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=json.dumps(READ))
    assert iam.get_role_policy(RoleName=role, PolicyName="read")["PolicyDocument"] == READ
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["read"]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName=role)
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.put_role_policy(RoleName=role, PolicyName="bad", PolicyDocument=json.dumps(TRUST))
    iam.delete_role_policy(RoleName=role, PolicyName="read")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role_policy(RoleName=role, PolicyName="read")


def test_a_customer_policy_lives_from_creation_to_deletion(iam, role):
    name = new_name("policy")
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(READ))["Policy"]
    assert policy["Arn"] == f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(READ))
    iam.attach_role_policy(RoleName=role, PolicyArn=policy["Arn"])
    assert iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["AttachmentCount"] == 1
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
    assert (version["Document"], version["IsDefaultVersion"]) == (READ, True)
    roles = iam.list_entities_for_policy(PolicyArn=policy["Arn"])["PolicyRoles"]
    assert [item["RoleName"] for item in roles] == [role]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=policy["Arn"])
    iam.detach_role_policy(RoleName=role, PolicyArn=policy["Arn"])
    iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=json.dumps(READ), SetAsDefault=True)
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=policy["Arn"])
    iam.delete_policy_version(PolicyArn=policy["Arn"], VersionId="v1")
    iam.delete_policy(PolicyArn=policy["Arn"])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=policy["Arn"])


def test_lists_come_in_pages(iam):
    names = sorted(new_name("paged") for _ in range(7))
    for name in names:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Path="/paged/")
    pages = list(
        iam.get_paginator("list_roles").paginate(PathPrefix="/paged/", PaginationConfig={"PageSize": 3})
    )
    assert [len(page["Roles"]) for page in pages] == [3, 3, 1]
    assert [role["RoleName"] for page in pages for role in page["Roles"]] == names
    for name in names:
        iam.delete_role(RoleName=name)
    managed = [
        policy["Arn"]
        for page in iam.get_paginator("list_policies").paginate(Scope="AWS")
        for policy in page["Policies"]
    ]
    assert FULL_ACCESS in managed


def test_the_caller_is_the_account(sts):
    identity = sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")


def test_roles_are_assumed_and_unknown_ones_denied(sts, iam, role):
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    assumed = sts.assume_role(RoleArn=arn, RoleSessionName="session")
    assert assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session"
    assert assumed["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert sts.get_session_token()["Credentials"]["SessionToken"]
    with pytest.raises(ClientError) as caught:
        sts.assume_role(RoleArn=arn + "-none", RoleSessionName="session")
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_identities_outlive_a_kill(own_palate):
    iam = own_palate.client("iam")
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="kept", PolicyArn=FULL_ACCESS)
    own_palate.kill()
    own_palate.start()
    attached = own_palate.client("iam").list_attached_role_policies(RoleName="kept")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [FULL_ACCESS]


def test_unknown_actions_are_told(palate):
    with pytest.raises(ClientError) as caught:
        palate.client("iam").list_ssh_public_keys()
    assert caught.value.response["Error"]["Code"] == "InvalidAction"


def test_the_command_line_reads_the_caller(palate):
    command = ["aws", "--endpoint-url", palate.endpoint, "sts", "get-caller-identity", "--output", "json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert json.loads(result.stdout)["Account"] == ACCOUNT, result.stderr
