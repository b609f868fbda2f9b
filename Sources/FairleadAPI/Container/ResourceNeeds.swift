/// What a container needs, in Kubernetes' quantities; a text may hold `$(…)`.
public struct ResourceNeeds: Sendable, Hashable, Codable {
    /// The request for CPU.
    public var cpu: ScalarText?
    /// The request and limit of memory.
    public var memory: ScalarText?
    /// The number of GPUs.
    public var gpu: ScalarText?
    /// The model of GPU, as the profile names it.
    public var gpuType: String?
    /// The size of `/dev/shm`.
    public var shm: ScalarText?
    /// The request and limit of ephemeral storage.
    public var disk: ScalarText?

    /// Asks for resources.
    public init(
        cpu: ScalarText? = nil, memory: ScalarText? = nil, gpu: ScalarText? = nil, gpuType: String? = nil,
        shm: ScalarText? = nil, disk: ScalarText? = nil
    ) {
        self.cpu = cpu
        self.memory = memory
        self.gpu = gpu
        self.gpuType = gpuType
        self.shm = shm
        self.disk = disk
    }

    /// These needs, with what they leave open taken from `defaults`.
    public func merged(over defaults: ResourceNeeds?) -> ResourceNeeds {
        ResourceNeeds(
            cpu: cpu ?? defaults?.cpu, memory: memory ?? defaults?.memory, gpu: gpu ?? defaults?.gpu,
            gpuType: gpuType ?? defaults?.gpuType, shm: shm ?? defaults?.shm, disk: disk ?? defaults?.disk)
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case cpu, memory, gpu, gpuType, shm, disk }
}
