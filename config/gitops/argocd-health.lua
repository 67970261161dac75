-- Health of every kind of *.tkestack.io for Argo CD: the conditions Stalled, Reconciling and Ready decide.
local waiting = { status = "Progressing", message = "Waiting for the controller" }
local status = obj.status
-- Objects that a controller answers for have observedGeneration (-1) from the start. No controller answers for the others.
if status == nil or status.observedGeneration == nil then
  return { status = "Healthy", message = "In place" }
end
if status.observedGeneration < obj.metadata.generation then
  return waiting
end
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function is(type, value)
  return conditions[type] ~= nil and conditions[type].status == value
end
if is("Stalled", "True") then
  return { status = "Degraded", message = conditions.Stalled.message }
end
if is("Reconciling", "True") then
  return { status = "Progressing", message = conditions.Reconciling.message }
end
if is("Ready", "True") then
  return { status = "Healthy", message = conditions.Ready.message }
end
if is("Ready", "False") then
  return { status = "Degraded", message = conditions.Ready.message }
end
return waiting
