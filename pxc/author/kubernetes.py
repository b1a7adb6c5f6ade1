"""The builders of Kubernetes objects.

Written by `python -m pxc.grammar.python.builders` from the table of the language: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from pxc.author.expressions import Expr
from pxc.author.kubernetes_section import KubernetesSection
from pxc.author.section import UNSET, section

if TYPE_CHECKING:
    from pxc.author.sections import IO

__all__ = [
    "AWSElasticBlockStoreVolumeSource",
    "Affinity",
    "AppArmorProfile",
    "AzureDiskVolumeSource",
    "AzureFileVolumeSource",
    "CSIVolumeSource",
    "Capabilities",
    "CephFSVolumeSource",
    "CinderVolumeSource",
    "ClusterTrustBundleProjection",
    "ConfigMapEnvSource",
    "ConfigMapKeySelector",
    "ConfigMapProjection",
    "ConfigMapVolumeSource",
    "Container",
    "ContainerPort",
    "ContainerResizePolicy",
    "ContainerRestartRule",
    "ContainerRestartRuleOnExitCodes",
    "DownwardAPIProjection",
    "DownwardAPIVolumeFile",
    "DownwardAPIVolumeSource",
    "EmptyDirVolumeSource",
    "EnvFromSource",
    "EnvVar",
    "EnvVarSource",
    "EnvironmentSecurityContext",
    "EphemeralVolumeSource",
    "ExecAction",
    "FCVolumeSource",
    "FileKeySelector",
    "FlexVolumeSource",
    "FlockerVolumeSource",
    "GCEPersistentDiskVolumeSource",
    "GRPCAction",
    "GitRepoVolumeSource",
    "GlusterfsVolumeSource",
    "HTTPGetAction",
    "HTTPHeader",
    "HostAlias",
    "HostPathVolumeSource",
    "ISCSIVolumeSource",
    "ImageVolumeSource",
    "KeyToPath",
    "LabelSelector",
    "LabelSelectorRequirement",
    "Lifecycle",
    "LifecycleHandler",
    "LocalObjectReference",
    "ManagedFieldsEntry",
    "NFSVolumeSource",
    "NodeAffinity",
    "NodeSelector",
    "NodeSelectorRequirement",
    "NodeSelectorTerm",
    "ObjectFieldSelector",
    "ObjectMeta",
    "OwnerReference",
    "PersistentVolumeClaimSpec",
    "PersistentVolumeClaimTemplate",
    "PersistentVolumeClaimVolumeSource",
    "PhotonPersistentDiskVolumeSource",
    "PodAffinity",
    "PodAffinityTerm",
    "PodAntiAffinity",
    "PodCertificateProjection",
    "PodDNSConfig",
    "PodDNSConfigOption",
    "PodFailurePolicy",
    "PodFailurePolicyOnExitCodesRequirement",
    "PodFailurePolicyOnPodConditionsPattern",
    "PodFailurePolicyRule",
    "PortworxVolumeSource",
    "PreferredSchedulingTerm",
    "Probe",
    "ProjectedVolumeSource",
    "QuobyteVolumeSource",
    "RBDVolumeSource",
    "ResourceClaim",
    "ResourceFieldSelector",
    "ResourceRequirements",
    "SELinuxOptions",
    "ScaleIOVolumeSource",
    "SeccompProfile",
    "SecretEnvSource",
    "SecretKeySelector",
    "SecretProjection",
    "SecretVolumeSource",
    "SecurityContext",
    "ServiceAccountTokenProjection",
    "SleepAction",
    "StorageOSVolumeSource",
    "Sysctl",
    "TCPSocketAction",
    "Toleration",
    "TypedLocalObjectReference",
    "TypedObjectReference",
    "Volume",
    "VolumeDevice",
    "VolumeMount",
    "VolumeProjection",
    "VolumeResourceRequirements",
    "VsphereVirtualDiskVolumeSource",
    "WeightedPodAffinityTerm",
    "WindowsSecurityContextOptions",
    "affinity",
    "app_armor_profile",
    "aws_elastic_block_store_volume_source",
    "azure_disk_volume_source",
    "azure_file_volume_source",
    "capabilities",
    "ceph_fs_volume_source",
    "cinder_volume_source",
    "cluster_trust_bundle_projection",
    "config_map_env_source",
    "config_map_key_selector",
    "config_map_projection",
    "config_map_volume_source",
    "container",
    "container_port",
    "container_resize_policy",
    "container_restart_rule",
    "container_restart_rule_on_exit_codes",
    "csi_volume_source",
    "downward_api_projection",
    "downward_api_volume_file",
    "downward_api_volume_source",
    "empty_dir_volume_source",
    "env_from_source",
    "env_var",
    "env_var_source",
    "environment_security_context",
    "ephemeral_volume_source",
    "exec_action",
    "fc_volume_source",
    "file_key_selector",
    "flex_volume_source",
    "flocker_volume_source",
    "gce_persistent_disk_volume_source",
    "git_repo_volume_source",
    "glusterfs_volume_source",
    "grpc_action",
    "host_alias",
    "host_path_volume_source",
    "http_get_action",
    "http_header",
    "image_volume_source",
    "iscsi_volume_source",
    "key_to_path",
    "label_selector",
    "label_selector_requirement",
    "lifecycle",
    "lifecycle_handler",
    "local_object_reference",
    "managed_fields_entry",
    "nfs_volume_source",
    "node_affinity",
    "node_selector",
    "node_selector_requirement",
    "node_selector_term",
    "object_field_selector",
    "object_meta",
    "owner_reference",
    "persistent_volume_claim_spec",
    "persistent_volume_claim_template",
    "persistent_volume_claim_volume_source",
    "photon_persistent_disk_volume_source",
    "pod_affinity",
    "pod_affinity_term",
    "pod_anti_affinity",
    "pod_certificate_projection",
    "pod_dns_config",
    "pod_dns_config_option",
    "pod_failure_policy",
    "pod_failure_policy_on_exit_codes_requirement",
    "pod_failure_policy_on_pod_conditions_pattern",
    "pod_failure_policy_rule",
    "portworx_volume_source",
    "preferred_scheduling_term",
    "probe",
    "projected_volume_source",
    "quobyte_volume_source",
    "rbd_volume_source",
    "resource_claim",
    "resource_field_selector",
    "resource_requirements",
    "scale_io_volume_source",
    "se_linux_options",
    "seccomp_profile",
    "secret_env_source",
    "secret_key_selector",
    "secret_projection",
    "secret_volume_source",
    "security_context",
    "service_account_token_projection",
    "sleep_action",
    "storage_os_volume_source",
    "sysctl",
    "tcp_socket_action",
    "toleration",
    "typed_local_object_reference",
    "typed_object_reference",
    "volume",
    "volume_device",
    "volume_mount",
    "volume_projection",
    "volume_resource_requirements",
    "vsphere_virtual_disk_volume_source",
    "weighted_pod_affinity_term",
    "windows_security_context_options",
]


@section
class HTTPGetAction(KubernetesSection):
    """The Kubernetes object `HTTPGetAction`."""

    host: str | IO | None = UNSET
    http_headers: Sequence[HTTPHeader | Mapping[str, object] | Expr] | Expr | None = UNSET
    path: str | IO | None = UNSET
    port: int | str
    protocol: str | IO | None = UNSET
    scheme: Literal["HTTP", "HTTPS"] | Expr | None = UNSET


http_get_action = HTTPGetAction


@section
class ExecAction(KubernetesSection):
    """The Kubernetes object `ExecAction`."""

    command: Sequence[str | int | float | bool] | Expr | None = UNSET


exec_action = ExecAction


@section
class PodFailurePolicy(KubernetesSection):
    """The Kubernetes object `PodFailurePolicy`."""

    rules: Sequence[PodFailurePolicyRule | Mapping[str, object] | Expr] | Expr


pod_failure_policy = PodFailurePolicy


@section
class ResourceRequirements(KubernetesSection):
    """The Kubernetes object `ResourceRequirements`."""

    claims: Sequence[ResourceClaim | Mapping[str, object] | Expr] | Expr | None = UNSET
    limits: Mapping[str, str | int | float] | Expr | None = UNSET
    requests: Mapping[str, str | int | float] | Expr | None = UNSET


resource_requirements = ResourceRequirements


@section
class Affinity(KubernetesSection):
    """The Kubernetes object `Affinity`."""

    node_affinity: NodeAffinity | Mapping[str, object] | Expr | None = UNSET
    pod_affinity: PodAffinity | Mapping[str, object] | Expr | None = UNSET
    pod_anti_affinity: PodAntiAffinity | Mapping[str, object] | Expr | None = UNSET


affinity = Affinity


@section
class Toleration(KubernetesSection):
    """The Kubernetes object `Toleration`."""

    effect: Literal["", "NoExecute", "NoSchedule", "PreferNoSchedule"] | Expr | None = UNSET
    key: str | IO | None = UNSET
    operator: Literal["", "Equal", "Exists", "Gt", "Lt"] | Expr | None = UNSET
    toleration_seconds: int | Expr | None = UNSET
    value: str | int | float | bool | IO | None = UNSET


toleration = Toleration


@section
class HostAlias(KubernetesSection):
    """The Kubernetes object `HostAlias`."""

    hostnames: Sequence[str] | Expr | None = UNSET
    ip: str | IO


host_alias = HostAlias


@section
class EnvironmentSecurityContext(KubernetesSection):
    """The Kubernetes object `EnvironmentSecurityContext`."""

    app_armor_profile: AppArmorProfile | Mapping[str, object] | Expr | None = UNSET
    fs_group: int | Expr | None = UNSET
    fs_group_change_policy: Literal["Always", "OnRootMismatch"] | Expr | None = UNSET
    run_as_group: int | Expr | None = UNSET
    run_as_non_root: bool | Expr | None = UNSET
    run_as_user: int | Expr | None = UNSET
    se_linux_change_policy: Literal["MountOption", "Recursive"] | Expr | None = UNSET
    se_linux_options: SELinuxOptions | Mapping[str, object] | Expr | None = UNSET
    seccomp_profile: SeccompProfile | Mapping[str, object] | Expr | None = UNSET
    supplemental_groups: Sequence[int | Expr] | Expr | None = UNSET
    supplemental_groups_policy: Literal["Merge", "Strict"] | Expr | None = UNSET
    sysctls: Sequence[Sysctl | Mapping[str, object] | Expr] | Expr | None = UNSET
    windows_options: WindowsSecurityContextOptions | Mapping[str, object] | Expr | None = UNSET
    allow_privilege_escalation: bool | Expr | None = UNSET
    capabilities: Capabilities | Mapping[str, object] | Expr | None = UNSET
    privileged: bool | Expr | None = UNSET
    proc_mount: Literal["Default", "Unmasked"] | Expr | None = UNSET
    read_only_root_filesystem: bool | Expr | None = UNSET


environment_security_context = EnvironmentSecurityContext


@section
class PodDNSConfig(KubernetesSection):
    """The Kubernetes object `PodDNSConfig`."""

    nameservers: Sequence[str] | Expr | None = UNSET
    options: Sequence[PodDNSConfigOption | Mapping[str, object] | Expr] | Expr | None = UNSET
    searches: Sequence[str] | Expr | None = UNSET


pod_dns_config = PodDNSConfig


@section
class Volume(KubernetesSection):
    """The Kubernetes object `Volume`."""

    names_: ClassVar[Mapping[str, str]] = {"downward_api": "downwardAPI", "scale_io": "scaleIO"}

    aws_elastic_block_store: (
        AWSElasticBlockStoreVolumeSource
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET
    azure_disk: AzureDiskVolumeSource | Mapping[str, object] | Expr | None = UNSET
    azure_file: AzureFileVolumeSource | Mapping[str, object] | Expr | None = UNSET
    cephfs: CephFSVolumeSource | Mapping[str, object] | Expr | None = UNSET
    cinder: CinderVolumeSource | Mapping[str, object] | Expr | None = UNSET
    config_map: ConfigMapVolumeSource | Mapping[str, object] | Expr | None = UNSET
    csi: CSIVolumeSource | Mapping[str, object] | Expr | None = UNSET
    downward_api: DownwardAPIVolumeSource | Mapping[str, object] | Expr | None = UNSET
    empty_dir: EmptyDirVolumeSource | Mapping[str, object] | Expr | None = UNSET
    ephemeral: EphemeralVolumeSource | Mapping[str, object] | Expr | None = UNSET
    fc: FCVolumeSource | Mapping[str, object] | Expr | None = UNSET
    flex_volume: FlexVolumeSource | Mapping[str, object] | Expr | None = UNSET
    flocker: FlockerVolumeSource | Mapping[str, object] | Expr | None = UNSET
    gce_persistent_disk: GCEPersistentDiskVolumeSource | Mapping[str, object] | Expr | None = UNSET
    git_repo: GitRepoVolumeSource | Mapping[str, object] | Expr | None = UNSET
    glusterfs: GlusterfsVolumeSource | Mapping[str, object] | Expr | None = UNSET
    host_path: HostPathVolumeSource | Mapping[str, object] | Expr | None = UNSET
    image: ImageVolumeSource | Mapping[str, object] | Expr | None = UNSET
    iscsi: ISCSIVolumeSource | Mapping[str, object] | Expr | None = UNSET
    name: str | IO
    nfs: NFSVolumeSource | Mapping[str, object] | Expr | None = UNSET
    persistent_volume_claim: (
        PersistentVolumeClaimVolumeSource
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET
    photon_persistent_disk: (
        PhotonPersistentDiskVolumeSource
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET
    portworx_volume: PortworxVolumeSource | Mapping[str, object] | Expr | None = UNSET
    projected: ProjectedVolumeSource | Mapping[str, object] | Expr | None = UNSET
    quobyte: QuobyteVolumeSource | Mapping[str, object] | Expr | None = UNSET
    rbd: RBDVolumeSource | Mapping[str, object] | Expr | None = UNSET
    scale_io: ScaleIOVolumeSource | Mapping[str, object] | Expr | None = UNSET
    secret: SecretVolumeSource | Mapping[str, object] | Expr | None = UNSET
    storageos: StorageOSVolumeSource | Mapping[str, object] | Expr | None = UNSET
    vsphere_volume: VsphereVirtualDiskVolumeSource | Mapping[str, object] | Expr | None = UNSET


volume = Volume


@section
class Container(KubernetesSection):
    """The Kubernetes object `Container`."""

    args: Sequence[str | int | float | bool | IO] | str | None = UNSET
    command: Sequence[str | int | float | bool | IO] | str | None = UNSET
    env: Sequence[EnvVar | Mapping[str, object] | Expr] | Expr | None = UNSET
    env_from: Sequence[EnvFromSource | Mapping[str, object] | Expr] | Expr | None = UNSET
    image: str | IO | None = UNSET
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | Expr | None = UNSET
    lifecycle: Lifecycle | Mapping[str, object] | Expr | None = UNSET
    liveness_probe: Probe | Mapping[str, object] | Expr | None = UNSET
    name: str | IO | None = UNSET
    ports: Sequence[ContainerPort | Mapping[str, object] | Expr] | Expr | None = UNSET
    readiness_probe: Probe | Mapping[str, object] | Expr | None = UNSET
    resize_policy: (
        Sequence[ContainerResizePolicy
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    resources: ResourceRequirements | Mapping[str, object] | Expr | None = UNSET
    restart_policy: Literal["Always", "Never", "OnFailure"] | Expr | None = UNSET
    restart_policy_rules: (
        Sequence[ContainerRestartRule
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    security_context: SecurityContext | Mapping[str, object] | Expr | None = UNSET
    startup_probe: Probe | Mapping[str, object] | Expr | None = UNSET
    stdin: bool | Expr | None = UNSET
    stdin_once: bool | Expr | None = UNSET
    termination_message_path: str | IO | None = UNSET
    termination_message_policy: Literal["FallbackToLogsOnError", "File"] | Expr | None = UNSET
    tty: bool | Expr | None = UNSET
    volume_devices: Sequence[VolumeDevice | Mapping[str, object] | Expr] | Expr | None = UNSET
    volume_mounts: Sequence[VolumeMount | Mapping[str, object] | Expr] | Expr | None = UNSET
    working_dir: str | IO | None = UNSET


container = Container


@section
class HTTPHeader(KubernetesSection):
    """The Kubernetes object `HTTPHeader`."""

    name: str | IO
    value: str | int | float | bool | IO


http_header = HTTPHeader


@section
class PodFailurePolicyRule(KubernetesSection):
    """The Kubernetes object `PodFailurePolicyRule`."""

    action: Literal["Count", "FailIndex", "FailJob", "Ignore"] | Expr
    on_exit_codes: (
        PodFailurePolicyOnExitCodesRequirement
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET
    on_pod_conditions: (
        Sequence[PodFailurePolicyOnPodConditionsPattern
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET


pod_failure_policy_rule = PodFailurePolicyRule


@section
class ResourceClaim(KubernetesSection):
    """The Kubernetes object `ResourceClaim`."""

    name: str | IO
    request: str | IO | None = UNSET


resource_claim = ResourceClaim


@section
class NodeAffinity(KubernetesSection):
    """The Kubernetes object `NodeAffinity`."""

    preferred_during_scheduling_ignored_during_execution: (
        Sequence[PreferredSchedulingTerm
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    required_during_scheduling_ignored_during_execution: (
        NodeSelector
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET


node_affinity = NodeAffinity


@section
class PodAffinity(KubernetesSection):
    """The Kubernetes object `PodAffinity`."""

    preferred_during_scheduling_ignored_during_execution: (
        Sequence[WeightedPodAffinityTerm
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    required_during_scheduling_ignored_during_execution: (
        Sequence[PodAffinityTerm
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET


pod_affinity = PodAffinity


@section
class PodAntiAffinity(KubernetesSection):
    """The Kubernetes object `PodAntiAffinity`."""

    preferred_during_scheduling_ignored_during_execution: (
        Sequence[WeightedPodAffinityTerm
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    required_during_scheduling_ignored_during_execution: (
        Sequence[PodAffinityTerm
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET


pod_anti_affinity = PodAntiAffinity


@section
class AppArmorProfile(KubernetesSection):
    """The Kubernetes object `AppArmorProfile`."""

    localhost_profile: str | IO | None = UNSET
    type: Literal["Localhost", "RuntimeDefault", "Unconfined"] | Expr


app_armor_profile = AppArmorProfile


@section
class SELinuxOptions(KubernetesSection):
    """The Kubernetes object `SELinuxOptions`."""

    level: str | IO | None = UNSET
    role: str | IO | None = UNSET
    type: str | IO | None = UNSET
    user: str | IO | None = UNSET


se_linux_options = SELinuxOptions


@section
class SeccompProfile(KubernetesSection):
    """The Kubernetes object `SeccompProfile`."""

    localhost_profile: str | IO | None = UNSET
    type: Literal["Localhost", "RuntimeDefault", "Unconfined"] | Expr


seccomp_profile = SeccompProfile


@section
class Sysctl(KubernetesSection):
    """The Kubernetes object `Sysctl`."""

    name: str | IO
    value: str | int | float | bool | IO


sysctl = Sysctl


@section
class WindowsSecurityContextOptions(KubernetesSection):
    """The Kubernetes object `WindowsSecurityContextOptions`."""

    gmsa_credential_spec: str | IO | None = UNSET
    gmsa_credential_spec_name: str | IO | None = UNSET
    host_process: bool | Expr | None = UNSET
    run_as_user_name: str | IO | None = UNSET


windows_security_context_options = WindowsSecurityContextOptions


@section
class Capabilities(KubernetesSection):
    """The Kubernetes object `Capabilities`."""

    add: Sequence[str] | Expr | None = UNSET
    drop: Sequence[str] | Expr | None = UNSET


capabilities = Capabilities


@section
class PodDNSConfigOption(KubernetesSection):
    """The Kubernetes object `PodDNSConfigOption`."""

    name: str | IO | None = UNSET
    value: str | int | float | bool | IO | None = UNSET


pod_dns_config_option = PodDNSConfigOption


@section
class AWSElasticBlockStoreVolumeSource(KubernetesSection):
    """The Kubernetes object `AWSElasticBlockStoreVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"volume_id": "volumeID"}

    fs_type: str | IO | None = UNSET
    partition: int | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET
    volume_id: str | IO


aws_elastic_block_store_volume_source = AWSElasticBlockStoreVolumeSource


@section
class AzureDiskVolumeSource(KubernetesSection):
    """The Kubernetes object `AzureDiskVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"disk_uri": "diskURI"}

    caching_mode: Literal["None", "ReadOnly", "ReadWrite"] | Expr | None = UNSET
    disk_name: str | IO
    disk_uri: str | IO
    fs_type: str | IO | None = UNSET
    kind: Literal["Dedicated", "Managed", "Shared"] | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET


azure_disk_volume_source = AzureDiskVolumeSource


@section
class AzureFileVolumeSource(KubernetesSection):
    """The Kubernetes object `AzureFileVolumeSource`."""

    read_only: bool | Expr | None = UNSET
    secret_name: str | IO
    share_name: str | IO


azure_file_volume_source = AzureFileVolumeSource


@section
class CephFSVolumeSource(KubernetesSection):
    """The Kubernetes object `CephFSVolumeSource`."""

    monitors: Sequence[str] | Expr
    path: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_file: str | IO | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    user: str | IO | None = UNSET


ceph_fs_volume_source = CephFSVolumeSource


@section
class CinderVolumeSource(KubernetesSection):
    """The Kubernetes object `CinderVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"volume_id": "volumeID"}

    fs_type: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    volume_id: str | IO


cinder_volume_source = CinderVolumeSource


@section
class ConfigMapVolumeSource(KubernetesSection):
    """The Kubernetes object `ConfigMapVolumeSource`."""

    default_mode: int | Expr | None = UNSET
    default_user: int | Expr | None = UNSET
    items: Sequence[KeyToPath | Mapping[str, object] | Expr] | Expr | None = UNSET
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


config_map_volume_source = ConfigMapVolumeSource


@section
class CSIVolumeSource(KubernetesSection):
    """The Kubernetes object `CSIVolumeSource`."""

    driver: str | IO
    fs_type: str | IO | None = UNSET
    node_publish_secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET
    volume_attributes: Mapping[str, str | int | float | bool] | Expr | None = UNSET


csi_volume_source = CSIVolumeSource


@section
class DownwardAPIVolumeSource(KubernetesSection):
    """The Kubernetes object `DownwardAPIVolumeSource`."""

    default_mode: int | Expr | None = UNSET
    default_user: int | Expr | None = UNSET
    items: Sequence[DownwardAPIVolumeFile | Mapping[str, object] | Expr] | Expr | None = UNSET


downward_api_volume_source = DownwardAPIVolumeSource


@section
class EmptyDirVolumeSource(KubernetesSection):
    """The Kubernetes object `EmptyDirVolumeSource`."""

    medium: str | IO | None = UNSET
    mode: int | Expr | None = UNSET
    size_limit: str | int | float | None = UNSET


empty_dir_volume_source = EmptyDirVolumeSource


@section
class EphemeralVolumeSource(KubernetesSection):
    """The Kubernetes object `EphemeralVolumeSource`."""

    volume_claim_template: (
        PersistentVolumeClaimTemplate
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET


ephemeral_volume_source = EphemeralVolumeSource


@section
class FCVolumeSource(KubernetesSection):
    """The Kubernetes object `FCVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"target_ww_ns": "targetWWNs"}

    fs_type: str | IO | None = UNSET
    lun: int | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET
    target_ww_ns: Sequence[str] | Expr | None = UNSET
    wwids: Sequence[str] | Expr | None = UNSET


fc_volume_source = FCVolumeSource


@section
class FlexVolumeSource(KubernetesSection):
    """The Kubernetes object `FlexVolumeSource`."""

    driver: str | IO
    fs_type: str | IO | None = UNSET
    options: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET


flex_volume_source = FlexVolumeSource


@section
class FlockerVolumeSource(KubernetesSection):
    """The Kubernetes object `FlockerVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"dataset_uuid": "datasetUUID"}

    dataset_name: str | IO | None = UNSET
    dataset_uuid: str | IO | None = UNSET


flocker_volume_source = FlockerVolumeSource


@section
class GCEPersistentDiskVolumeSource(KubernetesSection):
    """The Kubernetes object `GCEPersistentDiskVolumeSource`."""

    fs_type: str | IO | None = UNSET
    partition: int | Expr | None = UNSET
    pd_name: str | IO
    read_only: bool | Expr | None = UNSET


gce_persistent_disk_volume_source = GCEPersistentDiskVolumeSource


@section
class GitRepoVolumeSource(KubernetesSection):
    """The Kubernetes object `GitRepoVolumeSource`."""

    directory: str | IO | None = UNSET
    repository: str | IO
    revision: str | IO | None = UNSET


git_repo_volume_source = GitRepoVolumeSource


@section
class GlusterfsVolumeSource(KubernetesSection):
    """The Kubernetes object `GlusterfsVolumeSource`."""

    endpoints: str | IO
    path: str | IO
    read_only: bool | Expr | None = UNSET


glusterfs_volume_source = GlusterfsVolumeSource


@section
class HostPathVolumeSource(KubernetesSection):
    """The Kubernetes object `HostPathVolumeSource`."""

    path: str | IO
    type: Literal[
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
        "FileOrCreate", "Socket",
    ] | Expr | None = UNSET


host_path_volume_source = HostPathVolumeSource


@section
class ImageVolumeSource(KubernetesSection):
    """The Kubernetes object `ImageVolumeSource`."""

    pull_policy: Literal["Always", "IfNotPresent", "Never"] | Expr | None = UNSET
    reference: str | IO | None = UNSET


image_volume_source = ImageVolumeSource


@section
class ISCSIVolumeSource(KubernetesSection):
    """The Kubernetes object `ISCSIVolumeSource`."""

    chap_auth_discovery: bool | Expr | None = UNSET
    chap_auth_session: bool | Expr | None = UNSET
    fs_type: str | IO | None = UNSET
    initiator_name: str | IO | None = UNSET
    iqn: str | IO
    iscsi_interface: str | IO | None = UNSET
    lun: int | Expr
    portals: Sequence[str] | Expr | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    target_portal: str | IO


iscsi_volume_source = ISCSIVolumeSource


@section
class NFSVolumeSource(KubernetesSection):
    """The Kubernetes object `NFSVolumeSource`."""

    path: str | IO
    read_only: bool | Expr | None = UNSET
    server: str | IO


nfs_volume_source = NFSVolumeSource


@section
class PersistentVolumeClaimVolumeSource(KubernetesSection):
    """The Kubernetes object `PersistentVolumeClaimVolumeSource`."""

    claim_name: str | IO
    read_only: bool | Expr | None = UNSET


persistent_volume_claim_volume_source = PersistentVolumeClaimVolumeSource


@section
class PhotonPersistentDiskVolumeSource(KubernetesSection):
    """The Kubernetes object `PhotonPersistentDiskVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"pd_id": "pdID"}

    fs_type: str | IO | None = UNSET
    pd_id: str | IO


photon_persistent_disk_volume_source = PhotonPersistentDiskVolumeSource


@section
class PortworxVolumeSource(KubernetesSection):
    """The Kubernetes object `PortworxVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"volume_id": "volumeID"}

    fs_type: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    volume_id: str | IO


portworx_volume_source = PortworxVolumeSource


@section
class ProjectedVolumeSource(KubernetesSection):
    """The Kubernetes object `ProjectedVolumeSource`."""

    default_mode: int | Expr | None = UNSET
    default_user: int | Expr | None = UNSET
    sources: Sequence[VolumeProjection | Mapping[str, object] | Expr] | Expr | None = UNSET


projected_volume_source = ProjectedVolumeSource


@section
class QuobyteVolumeSource(KubernetesSection):
    """The Kubernetes object `QuobyteVolumeSource`."""

    group: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    registry: str | IO
    tenant: str | IO | None = UNSET
    user: str | IO | None = UNSET
    volume: str | IO


quobyte_volume_source = QuobyteVolumeSource


@section
class RBDVolumeSource(KubernetesSection):
    """The Kubernetes object `RBDVolumeSource`."""

    fs_type: str | IO | None = UNSET
    image: str | IO
    keyring: str | IO | None = UNSET
    monitors: Sequence[str] | Expr
    pool: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    user: str | IO | None = UNSET


rbd_volume_source = RBDVolumeSource


@section
class ScaleIOVolumeSource(KubernetesSection):
    """The Kubernetes object `ScaleIOVolumeSource`."""

    fs_type: str | IO | None = UNSET
    gateway: str | IO
    protection_domain: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr
    ssl_enabled: bool | Expr | None = UNSET
    storage_mode: str | IO | None = UNSET
    storage_pool: str | IO | None = UNSET
    system: str | IO
    volume_name: str | IO | None = UNSET


scale_io_volume_source = ScaleIOVolumeSource


@section
class SecretVolumeSource(KubernetesSection):
    """The Kubernetes object `SecretVolumeSource`."""

    default_mode: int | Expr | None = UNSET
    default_user: int | Expr | None = UNSET
    items: Sequence[KeyToPath | Mapping[str, object] | Expr] | Expr | None = UNSET
    optional: bool | Expr | None = UNSET
    secret_name: str | IO | None = UNSET


secret_volume_source = SecretVolumeSource


@section
class StorageOSVolumeSource(KubernetesSection):
    """The Kubernetes object `StorageOSVolumeSource`."""

    fs_type: str | IO | None = UNSET
    read_only: bool | Expr | None = UNSET
    secret_ref: LocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    volume_name: str | IO | None = UNSET
    volume_namespace: str | IO | None = UNSET


storage_os_volume_source = StorageOSVolumeSource


@section
class VsphereVirtualDiskVolumeSource(KubernetesSection):
    """The Kubernetes object `VsphereVirtualDiskVolumeSource`."""

    names_: ClassVar[Mapping[str, str]] = {"storage_policy_id": "storagePolicyID"}

    fs_type: str | IO | None = UNSET
    storage_policy_id: str | IO | None = UNSET
    storage_policy_name: str | IO | None = UNSET
    volume_path: str | IO


vsphere_virtual_disk_volume_source = VsphereVirtualDiskVolumeSource


@section
class EnvVar(KubernetesSection):
    """The Kubernetes object `EnvVar`."""

    name: str | IO
    value: str | int | float | bool | IO | None = UNSET
    value_from: EnvVarSource | Mapping[str, object] | Expr | None = UNSET


env_var = EnvVar


@section
class EnvFromSource(KubernetesSection):
    """The Kubernetes object `EnvFromSource`."""

    config_map_ref: ConfigMapEnvSource | Mapping[str, object] | Expr | None = UNSET
    prefix: str | IO | None = UNSET
    secret_ref: SecretEnvSource | Mapping[str, object] | Expr | None = UNSET


env_from_source = EnvFromSource


@section
class Lifecycle(KubernetesSection):
    """The Kubernetes object `Lifecycle`."""

    post_start: LifecycleHandler | Mapping[str, object] | Expr | None = UNSET
    pre_stop: LifecycleHandler | Mapping[str, object] | Expr | None = UNSET
    stop_signal: str | IO | None = UNSET


lifecycle = Lifecycle


@section
class Probe(KubernetesSection):
    """The Kubernetes object `Probe`."""

    exec: ExecAction | Mapping[str, object] | Expr | None = UNSET
    failure_threshold: int | Expr | None = UNSET
    grpc: GRPCAction | Mapping[str, object] | Expr | None = UNSET
    http_get: HTTPGetAction | Mapping[str, object] | Expr | None = UNSET
    initial_delay_seconds: int | Expr | None = UNSET
    period_seconds: int | Expr | None = UNSET
    success_threshold: int | Expr | None = UNSET
    tcp_socket: TCPSocketAction | Mapping[str, object] | Expr | None = UNSET
    termination_grace_period_seconds: int | Expr | None = UNSET
    timeout_seconds: int | Expr | None = UNSET


probe = Probe


@section
class ContainerPort(KubernetesSection):
    """The Kubernetes object `ContainerPort`."""

    names_: ClassVar[Mapping[str, str]] = {"host_ip": "hostIP"}

    container_port: int | Expr
    host_ip: str | IO | None = UNSET
    host_port: int | Expr | None = UNSET
    name: str | IO | None = UNSET
    protocol: Literal["SCTP", "TCP", "UDP"] | Expr | None = UNSET


container_port = ContainerPort


@section
class ContainerResizePolicy(KubernetesSection):
    """The Kubernetes object `ContainerResizePolicy`."""

    resource_name: str | IO
    restart_policy: Literal["NotRequired", "RestartContainer"] | Expr


container_resize_policy = ContainerResizePolicy


@section
class ContainerRestartRule(KubernetesSection):
    """The Kubernetes object `ContainerRestartRule`."""

    action: str | IO
    exit_codes: ContainerRestartRuleOnExitCodes | Mapping[str, object] | Expr | None = UNSET


container_restart_rule = ContainerRestartRule


@section
class SecurityContext(KubernetesSection):
    """The Kubernetes object `SecurityContext`."""

    allow_privilege_escalation: bool | Expr | None = UNSET
    app_armor_profile: AppArmorProfile | Mapping[str, object] | Expr | None = UNSET
    capabilities: Capabilities | Mapping[str, object] | Expr | None = UNSET
    privileged: bool | Expr | None = UNSET
    proc_mount: Literal["Default", "Unmasked"] | Expr | None = UNSET
    read_only_root_filesystem: bool | Expr | None = UNSET
    run_as_group: int | Expr | None = UNSET
    run_as_non_root: bool | Expr | None = UNSET
    run_as_user: int | Expr | None = UNSET
    se_linux_options: SELinuxOptions | Mapping[str, object] | Expr | None = UNSET
    seccomp_profile: SeccompProfile | Mapping[str, object] | Expr | None = UNSET
    windows_options: WindowsSecurityContextOptions | Mapping[str, object] | Expr | None = UNSET


security_context = SecurityContext


@section
class VolumeDevice(KubernetesSection):
    """The Kubernetes object `VolumeDevice`."""

    device_path: str | IO
    name: str | IO


volume_device = VolumeDevice


@section
class VolumeMount(KubernetesSection):
    """The Kubernetes object `VolumeMount`."""

    bind_mount_options: Sequence[str] | Expr | None = UNSET
    mount_path: str | IO
    mount_propagation: Literal["Bidirectional", "HostToContainer", "None"] | Expr | None = UNSET
    name: str | IO
    read_only: bool | Expr | None = UNSET
    recursive_read_only: Literal["Disabled", "Enabled", "IfPossible"] | Expr | None = UNSET
    sub_path: str | IO | None = UNSET
    sub_path_expr: str | IO | None = UNSET


volume_mount = VolumeMount


@section
class PodFailurePolicyOnExitCodesRequirement(KubernetesSection):
    """The Kubernetes object `PodFailurePolicyOnExitCodesRequirement`."""

    container_name: str | IO | None = UNSET
    operator: Literal["In", "NotIn"] | Expr
    values: Sequence[int | Expr] | Expr


pod_failure_policy_on_exit_codes_requirement = PodFailurePolicyOnExitCodesRequirement


@section
class PodFailurePolicyOnPodConditionsPattern(KubernetesSection):
    """The Kubernetes object `PodFailurePolicyOnPodConditionsPattern`."""

    status: str | int | float | bool | IO | None = UNSET
    type: str | IO


pod_failure_policy_on_pod_conditions_pattern = PodFailurePolicyOnPodConditionsPattern


@section
class PreferredSchedulingTerm(KubernetesSection):
    """The Kubernetes object `PreferredSchedulingTerm`."""

    preference: NodeSelectorTerm | Mapping[str, object] | Expr
    weight: int | Expr


preferred_scheduling_term = PreferredSchedulingTerm


@section
class NodeSelector(KubernetesSection):
    """The Kubernetes object `NodeSelector`."""

    node_selector_terms: Sequence[NodeSelectorTerm | Mapping[str, object] | Expr] | Expr


node_selector = NodeSelector


@section
class WeightedPodAffinityTerm(KubernetesSection):
    """The Kubernetes object `WeightedPodAffinityTerm`."""

    pod_affinity_term: PodAffinityTerm | Mapping[str, object] | Expr
    weight: int | Expr


weighted_pod_affinity_term = WeightedPodAffinityTerm


@section
class PodAffinityTerm(KubernetesSection):
    """The Kubernetes object `PodAffinityTerm`."""

    label_selector: LabelSelector | Mapping[str, object] | Expr | None = UNSET
    match_label_keys: Sequence[str] | Expr | None = UNSET
    mismatch_label_keys: Sequence[str] | Expr | None = UNSET
    namespace_selector: LabelSelector | Mapping[str, object] | Expr | None = UNSET
    namespaces: Sequence[str] | Expr | None = UNSET
    topology_key: str | IO


pod_affinity_term = PodAffinityTerm


@section
class LocalObjectReference(KubernetesSection):
    """The Kubernetes object `LocalObjectReference`."""

    name: str | IO | None = UNSET


local_object_reference = LocalObjectReference


@section
class KeyToPath(KubernetesSection):
    """The Kubernetes object `KeyToPath`."""

    key: str | IO
    mode: int | Expr | None = UNSET
    path: str | IO
    user: int | Expr | None = UNSET


key_to_path = KeyToPath


@section
class DownwardAPIVolumeFile(KubernetesSection):
    """The Kubernetes object `DownwardAPIVolumeFile`."""

    field_ref: ObjectFieldSelector | Mapping[str, object] | Expr | None = UNSET
    mode: int | Expr | None = UNSET
    path: str | IO
    resource_field_ref: ResourceFieldSelector | Mapping[str, object] | Expr | None = UNSET
    user: int | Expr | None = UNSET


downward_api_volume_file = DownwardAPIVolumeFile


@section
class PersistentVolumeClaimTemplate(KubernetesSection):
    """The Kubernetes object `PersistentVolumeClaimTemplate`."""

    metadata: ObjectMeta | Mapping[str, object] | Expr | None = UNSET
    spec: PersistentVolumeClaimSpec | Mapping[str, object] | Expr


persistent_volume_claim_template = PersistentVolumeClaimTemplate


@section
class VolumeProjection(KubernetesSection):
    """The Kubernetes object `VolumeProjection`."""

    names_: ClassVar[Mapping[str, str]] = {"downward_api": "downwardAPI"}

    cluster_trust_bundle: ClusterTrustBundleProjection | Mapping[str, object] | Expr | None = UNSET
    config_map: ConfigMapProjection | Mapping[str, object] | Expr | None = UNSET
    downward_api: DownwardAPIProjection | Mapping[str, object] | Expr | None = UNSET
    pod_certificate: PodCertificateProjection | Mapping[str, object] | Expr | None = UNSET
    secret: SecretProjection | Mapping[str, object] | Expr | None = UNSET
    service_account_token: (
        ServiceAccountTokenProjection
        | Mapping[str, object]
        | Expr
        | None
    ) = UNSET


volume_projection = VolumeProjection


@section
class EnvVarSource(KubernetesSection):
    """The Kubernetes object `EnvVarSource`."""

    config_map_key_ref: ConfigMapKeySelector | Mapping[str, object] | Expr | None = UNSET
    field_ref: ObjectFieldSelector | Mapping[str, object] | Expr | None = UNSET
    file_key_ref: FileKeySelector | Mapping[str, object] | Expr | None = UNSET
    resource_field_ref: ResourceFieldSelector | Mapping[str, object] | Expr | None = UNSET
    secret_key_ref: SecretKeySelector | Mapping[str, object] | Expr | None = UNSET


env_var_source = EnvVarSource


@section
class ConfigMapEnvSource(KubernetesSection):
    """The Kubernetes object `ConfigMapEnvSource`."""

    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


config_map_env_source = ConfigMapEnvSource


@section
class SecretEnvSource(KubernetesSection):
    """The Kubernetes object `SecretEnvSource`."""

    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


secret_env_source = SecretEnvSource


@section
class LifecycleHandler(KubernetesSection):
    """The Kubernetes object `LifecycleHandler`."""

    exec: ExecAction | Mapping[str, object] | Expr | None = UNSET
    http_get: HTTPGetAction | Mapping[str, object] | Expr | None = UNSET
    sleep: SleepAction | Mapping[str, object] | Expr | None = UNSET
    tcp_socket: TCPSocketAction | Mapping[str, object] | Expr | None = UNSET


lifecycle_handler = LifecycleHandler


@section
class GRPCAction(KubernetesSection):
    """The Kubernetes object `GRPCAction`."""

    mode: str | IO | None = UNSET
    port: int | Expr
    service: str | IO | None = UNSET


grpc_action = GRPCAction


@section
class TCPSocketAction(KubernetesSection):
    """The Kubernetes object `TCPSocketAction`."""

    host: str | IO | None = UNSET
    port: int | str


tcp_socket_action = TCPSocketAction


@section
class ContainerRestartRuleOnExitCodes(KubernetesSection):
    """The Kubernetes object `ContainerRestartRuleOnExitCodes`."""

    operator: Literal["In", "NotIn"] | Expr
    values: Sequence[int | Expr] | Expr | None = UNSET


container_restart_rule_on_exit_codes = ContainerRestartRuleOnExitCodes


@section
class NodeSelectorTerm(KubernetesSection):
    """The Kubernetes object `NodeSelectorTerm`."""

    match_expressions: (
        Sequence[NodeSelectorRequirement
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    match_fields: (
        Sequence[NodeSelectorRequirement
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET


node_selector_term = NodeSelectorTerm


@section
class LabelSelector(KubernetesSection):
    """The Kubernetes object `LabelSelector`."""

    match_expressions: (
        Sequence[LabelSelectorRequirement
        | Mapping[str, object]
        | Expr]
        | Expr
        | None
    ) = UNSET
    match_labels: Mapping[str, str | int | float | bool] | Expr | None = UNSET


label_selector = LabelSelector


@section
class ObjectFieldSelector(KubernetesSection):
    """The Kubernetes object `ObjectFieldSelector`."""

    api_version: str | IO | None = UNSET
    field_path: str | IO


object_field_selector = ObjectFieldSelector


@section
class ResourceFieldSelector(KubernetesSection):
    """The Kubernetes object `ResourceFieldSelector`."""

    container_name: str | IO | None = UNSET
    divisor: str | int | float | None = UNSET
    resource: str | IO


resource_field_selector = ResourceFieldSelector


@section
class ObjectMeta(KubernetesSection):
    """The Kubernetes object `ObjectMeta`."""

    annotations: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    creation_timestamp: str | date | None = UNSET
    deletion_grace_period_seconds: int | Expr | None = UNSET
    deletion_timestamp: str | date | None = UNSET
    finalizers: Sequence[str] | Expr | None = UNSET
    generate_name: str | IO | None = UNSET
    generation: int | Expr | None = UNSET
    labels: Mapping[str, str | int | float | bool] | Expr | None = UNSET
    managed_fields: Sequence[ManagedFieldsEntry | Mapping[str, object] | Expr] | Expr | None = UNSET
    name: str | IO | None = UNSET
    namespace: str | IO | None = UNSET
    owner_references: Sequence[OwnerReference | Mapping[str, object] | Expr] | Expr | None = UNSET
    resource_version: str | IO | None = UNSET
    self_link: str | IO | None = UNSET
    uid: str | IO | None = UNSET


object_meta = ObjectMeta


@section
class PersistentVolumeClaimSpec(KubernetesSection):
    """The Kubernetes object `PersistentVolumeClaimSpec`."""

    access_modes: Sequence[Literal[
        "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod",
    ] | Expr] | Expr | None = UNSET
    data_source: TypedLocalObjectReference | Mapping[str, object] | Expr | None = UNSET
    data_source_ref: TypedObjectReference | Mapping[str, object] | Expr | None = UNSET
    resources: VolumeResourceRequirements | Mapping[str, object] | Expr | None = UNSET
    selector: LabelSelector | Mapping[str, object] | Expr | None = UNSET
    storage_class_name: str | IO | None = UNSET
    volume_attributes_class_name: str | IO | None = UNSET
    volume_mode: Literal["Block", "Filesystem"] | Expr | None = UNSET
    volume_name: str | IO | None = UNSET


persistent_volume_claim_spec = PersistentVolumeClaimSpec


@section
class ClusterTrustBundleProjection(KubernetesSection):
    """The Kubernetes object `ClusterTrustBundleProjection`."""

    label_selector: LabelSelector | Mapping[str, object] | Expr | None = UNSET
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET
    path: str | IO
    signer_name: str | IO | None = UNSET
    user: int | Expr | None = UNSET


cluster_trust_bundle_projection = ClusterTrustBundleProjection


@section
class ConfigMapProjection(KubernetesSection):
    """The Kubernetes object `ConfigMapProjection`."""

    items: Sequence[KeyToPath | Mapping[str, object] | Expr] | Expr | None = UNSET
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


config_map_projection = ConfigMapProjection


@section
class DownwardAPIProjection(KubernetesSection):
    """The Kubernetes object `DownwardAPIProjection`."""

    items: Sequence[DownwardAPIVolumeFile | Mapping[str, object] | Expr] | Expr | None = UNSET


downward_api_projection = DownwardAPIProjection


@section
class PodCertificateProjection(KubernetesSection):
    """The Kubernetes object `PodCertificateProjection`."""

    certificate_chain_path: str | IO | None = UNSET
    credential_bundle_path: str | IO | None = UNSET
    key_path: str | IO | None = UNSET
    key_type: str | IO
    max_expiration_seconds: int | Expr | None = UNSET
    signer_name: str | IO
    user: int | Expr | None = UNSET
    user_annotations: Mapping[str, str | int | float | bool] | Expr | None = UNSET


pod_certificate_projection = PodCertificateProjection


@section
class SecretProjection(KubernetesSection):
    """The Kubernetes object `SecretProjection`."""

    items: Sequence[KeyToPath | Mapping[str, object] | Expr] | Expr | None = UNSET
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


secret_projection = SecretProjection


@section
class ServiceAccountTokenProjection(KubernetesSection):
    """The Kubernetes object `ServiceAccountTokenProjection`."""

    audience: str | IO | None = UNSET
    expiration_seconds: int | Expr | None = UNSET
    path: str | IO
    user: int | Expr | None = UNSET


service_account_token_projection = ServiceAccountTokenProjection


@section
class ConfigMapKeySelector(KubernetesSection):
    """The Kubernetes object `ConfigMapKeySelector`."""

    key: str | IO
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


config_map_key_selector = ConfigMapKeySelector


@section
class FileKeySelector(KubernetesSection):
    """The Kubernetes object `FileKeySelector`."""

    key: str | IO
    optional: bool | Expr | None = UNSET
    path: str | IO
    volume_name: str | IO


file_key_selector = FileKeySelector


@section
class SecretKeySelector(KubernetesSection):
    """The Kubernetes object `SecretKeySelector`."""

    key: str | IO
    name: str | IO | None = UNSET
    optional: bool | Expr | None = UNSET


secret_key_selector = SecretKeySelector


@section
class SleepAction(KubernetesSection):
    """The Kubernetes object `SleepAction`."""

    seconds: int | Expr


sleep_action = SleepAction


@section
class NodeSelectorRequirement(KubernetesSection):
    """The Kubernetes object `NodeSelectorRequirement`."""

    key: str | IO
    operator: Literal["DoesNotExist", "Exists", "In", "NotIn", "Gt", "Lt"] | Expr
    values: Sequence[str | int | float | bool] | Expr | None = UNSET


node_selector_requirement = NodeSelectorRequirement


@section
class LabelSelectorRequirement(KubernetesSection):
    """The Kubernetes object `LabelSelectorRequirement`."""

    key: str | IO
    operator: Literal["DoesNotExist", "Exists", "In", "NotIn"] | Expr
    values: Sequence[str | int | float | bool] | Expr | None = UNSET


label_selector_requirement = LabelSelectorRequirement


@section
class ManagedFieldsEntry(KubernetesSection):
    """The Kubernetes object `ManagedFieldsEntry`."""

    api_version: str | IO | None = UNSET
    fields_type: str | IO | None = UNSET
    fields_v1: Mapping[str, object] | Expr | None = UNSET
    manager: str | IO | None = UNSET
    operation: str | IO | None = UNSET
    subresource: str | IO | None = UNSET
    time: str | date | None = UNSET


managed_fields_entry = ManagedFieldsEntry


@section
class OwnerReference(KubernetesSection):
    """The Kubernetes object `OwnerReference`."""

    api_version: str | IO
    block_owner_deletion: bool | Expr | None = UNSET
    controller: bool | Expr | None = UNSET
    kind: str | IO
    name: str | IO
    uid: str | IO


owner_reference = OwnerReference


@section
class TypedLocalObjectReference(KubernetesSection):
    """The Kubernetes object `TypedLocalObjectReference`."""

    api_group: str | IO | None = UNSET
    kind: str | IO
    name: str | IO


typed_local_object_reference = TypedLocalObjectReference


@section
class TypedObjectReference(KubernetesSection):
    """The Kubernetes object `TypedObjectReference`."""

    api_group: str | IO | None = UNSET
    kind: str | IO
    name: str | IO
    namespace: str | IO | None = UNSET


typed_object_reference = TypedObjectReference


@section
class VolumeResourceRequirements(KubernetesSection):
    """The Kubernetes object `VolumeResourceRequirements`."""

    limits: Mapping[str, str | int | float] | Expr | None = UNSET
    requests: Mapping[str, str | int | float] | Expr | None = UNSET


volume_resource_requirements = VolumeResourceRequirements
