# Which volumes and networks are in use.
# Lists and variables:
#   SWARM, IS_MANAGER: state of this swarm node; whether it is a manager. By find_engine.
#   used-volumes: volumes that containers or services refer to. By list_references.
#   used-networks: networks that containers or services refer to. By list_references.
#   services: identifiers of the swarm's services, empty where this host is not a manager. By list_references.
#   references: lines `v NAME` and `n NAME-OR-IDENTIFIER`. By list_references.
#   service-references: temporary: the same lines, of the services. By list_references.
#   networks: lines `IDENTIFIER NAME` of all networks. By list_references.

# require_services: ends the task if the swarm does not tell what its services use. Reads SWARM.
require_services() {
  case $SWARM in
  '' | inactive | active) ;;
  *) fail engine-error "the swarm is $SWARM: its services cannot be listed, see docker info" ;;
  esac
}

# list_references LIST: lists what its containers and the services use. Writes used-volumes, used-networks, services.
# The Engine's own idea of use is not enough. It counts as free:
# - a volume from --volumes-from until its container has run
# - a network while no container on it runs, although none could start without it
# - what a service needs, before one of its containers on this host needs it
list_references() {
  # shellcheck disable=SC2016
  references='{''{range .Mounts}}{''{if eq .Type "volume"}}v {''{println .Name}}{''{end}}{''{end}}'
  # shellcheck disable=SC2016
  references=$references'{''{range $name, $network := .NetworkSettings.Networks}}n {''{println $name}}n {''{println $network.NetworkID}}{''{end}}'
  inspect_all "$1" references container "$references"
  empty_lists services
  require_services
  if [ "$IS_MANAGER" = true ]; then
    list_objects services service ls -q
    references='{''{range .Spec.TaskTemplate.Networks}}n {''{println .Target}}{''{end}}'
    references=$references'{''{with .Spec.TaskTemplate.ContainerSpec}}{''{range .Mounts}}{''{if eq .Type "volume"}}v {''{println .Source}}{''{end}}{''{end}}{''{end}}'
    inspect_all services service-references service "$references"
    cat "$WORK/service-references" >>"$WORK/references" || fail_no_space
  fi
  sed -n 's/^v //p' "$WORK/references" | sort -u >"$WORK/used-volumes" || fail_no_space
  list_objects networks network ls --no-trunc --format "{""{.ID}} {""{.Name}}"
  # A container refers to a network by identifier or name, and before its first start by a part of the identifier.
  # The Engine looks in this order, so the name of a network does not count as a part of an identifier.
  awk '
    FILENAME == ARGV[1] { if (/^n ./) used[substr($0, 3)]; next }
    { name[$1] = substr($0, length($1) + 2); names[name[$1]] }
    END {
      for (id in name) for (reference in used)
        if (reference == id || reference == name[id] || !(reference in names) && index(id, reference) == 1) print id
    }' "$WORK/references" "$WORK/networks" | sort -u >"$WORK/used-networks" || fail_no_space
  check_room
}
