/// The types of a Trigger's conditions.
public enum TriggerCondition: String, NamedValue {
    /// `True` where it starts runs; `False` with `InvalidSpec` or `Suspended`, and with `PipelineMissing` or
    /// `PipelineMismatch` where the runs that it starts would fail.
    case ready = "Ready"
    /// `True` where a run is not finished `lateAfter` after its slot.
    case late = "Late"
}
