# What containers and services refer to.

# need_services: ends the task where the swarm of this host does not tell what its services use.
require_services() {
  case $SWARM in
  '' | inactive | active) ;;
  *) fail engine-error "the swarm is $SWARM: its services cannot be listed, see docker info" ;;
  esac
}

# list_references FILE: what the containers on the list refer to, running or stopped, and the services of a swarm, into the
# files used-volumes and used-networks (identifiers). The Engine's own idea of use does not do: to it a volume that came by
# --volumes-from is free until its container has run, and a network while no container on it runs, though none could start
# without it; and a service holds what none of its containers on this host needs yet.
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
    inspect_all services held-by-services service "$references"
    cat "$WORK/held-by-services" >>"$WORK/references" || fail_no_space
  fi
  sed -n 's/^v //p' "$WORK/references" | sort -u >"$WORK/used-volumes" || fail_no_space
  list_objects networks network ls --no-trunc --format "{""{.ID}} {""{.Name}}"
  # By identifier, by name or, before a container's first start, by a part of an identifier, in the Engine's order: what is
  # a network's name is no part of another one's identifier.
  awk '
    FILENAME == ARGV[1] { if (/^n ./) used[substr($0, 3)]; next }
    { name[$1] = substr($0, length($1) + 2); names[name[$1]] }
    END {
      for (id in name) for (reference in used)
        if (reference == id || reference == name[id] || !(reference in names) && index(id, reference) == 1) print id
    }' "$WORK/references" "$WORK/networks" | sort -u >"$WORK/used-networks" || fail_no_space
  check_room
}
